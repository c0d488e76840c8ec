import { describe, expect, it } from 'vitest';
import { tokenHash } from './hash.ts';
import { creationProblems, invalidToken, type TokenDraft, updateProblems } from './token-rules.ts';

const MINUTE = 60_000_000_000n;
const LIMITS = { min: MINUTE, max: 24n * 60n * MINUTE };
const draft = (change: Partial<TokenDraft> = {}): TokenDraft => ({
  name: '',
  type: 'client',
  policies: ['p'],
  roleCount: 0,
  createTime: 0n,
  expirationTime: null,
  expirationTtl: 0n,
  ...change,
});

describe('token hash', () => {
  it.each([
    ['client1', 'client', ['app1', 'app2'], 'local', 'bY2538leml33LX7mIIBYT2ngBDMhpie065x+4/pQWJ0='],
    ['Bootstrap Token', 'management', null, 'global', 'BUJ3BerTfrqFVm1P+vZr1gz9ubOkd+JAvYjNAJyaU9Y='],
    ['Readonly token', 'client', ['readonly'], 'local', 'mfBjd7oGG9U+eYtvCA0l4epBk81V/tmXwnMYCZ3uPKE='],
  ] as const)('of %s is the known one', (name, type, policies, scope, expected) => {
    expect(Buffer.from(tokenHash({ name, type, policies, scope, roleIds: [] })).toString('base64')).toBe(expected);
  });
});

describe('token rules', () => {
  it.each([
    ['a name of 257 bytes', { name: 'x'.repeat(257) }, ['token name too long']],
    ['a name of 256 bytes', { name: 'x'.repeat(256) }, []],
    ['a name of 129 two-byte characters', { name: 'é'.repeat(129) }, ['token name too long']],
    ['no type', { type: '' }, ['token type must be client or management']],
    ['a client without grants', { policies: null }, ['client token missing policies or roles']],
    ['a client with a role only', { policies: null, roleCount: 1 }, []],
    ['management with policies', { type: 'management' }, ['management token cannot be associated with policies or roles']],
    ['management with an empty list', { type: 'management', policies: [] }, []],
    ['exactly the nearest expiry', { expirationTime: MINUTE, expirationTtl: MINUTE }, []],
    ['exactly the furthest expiry', { expirationTime: LIMITS.max, expirationTtl: LIMITS.max }, []],
    ['30 s', { expirationTime: MINUTE / 2n, expirationTtl: MINUTE / 2n }, ['expiration time cannot be less than 1m0s in the future (was 30s)']],
    ['48 h', { expirationTime: LIMITS.max * 2n, expirationTtl: LIMITS.max * 2n }, ['expiration time cannot be more than 24h0m0s in the future (was 48h0m0s)']],
    [
      '-1 h',
      { expirationTime: -60n * MINUTE, expirationTtl: -60n * MINUTE },
      [
        "token expiration TTL '-1h0m0s' should not be negative",
        'expiration time cannot be before create time',
        'expiration time cannot be less than 1m0s in the future (was -1h0m0s)',
      ],
    ],
  ] as const)('judge %s', (_, change, problems) => {
    expect(creationProblems(draft(change as Partial<TokenDraft>), LIMITS)).toEqual(problems);
  });

  it('lay several problems out as Go does', () => {
    expect(invalidToken(['a', 'b']).message).toBe('token 0 invalid: 2 errors occurred:\n\t* a\n\t* b\n\n');
    expect(invalidToken(['a']).message).toBe('token 0 invalid: 1 error occurred:\n\t* a\n\n');
  });

  it('keep what an update must not change', () => {
    const body = { name: '', type: 'client', policies: ['p'], roleIds: [], hash: new Uint8Array(), createTime: '', secret: { digest: '', sealed: new Uint8Array() } } as const;
    const stored = { scope: 'local', body: { ...body, expirationTime: '1970-01-01T00:01:00Z', expirationTtl: Number(MINUTE) } } as const;
    expect(updateProblems(draft(), {}, stored)).toEqual([]);
    expect(updateProblems(draft(), { scope: 'local', expirationTtl: MINUTE, expirationTime: MINUTE }, stored)).toEqual([]);
    expect(updateProblems(draft(), { scope: 'global' }, stored)).toEqual(['cannot toggle global mode']);
    expect(updateProblems(draft(), { expirationTtl: 1n }, stored)).toEqual(['cannot update expiration TTL']);
    expect(updateProblems(draft(), { expirationTime: 1n }, stored)).toEqual(['cannot update expiration time']);
    expect(updateProblems(draft(), { expirationTime: 1n }, { scope: 'local', body: { ...stored.body, expirationTime: null } })).toEqual(['cannot update expiration time']);
  });
});
