import { describe, expect, it } from 'vitest';
import { type PolicyDraft, policyProblems, roleProblems } from './grant-rules.ts';
import { policyHash, roleHash, tokenHash } from './hash.ts';
import { invalid } from './invalid.ts';
import { policyVersionId, policyVersionOf, policyVersionPrefix } from './policy-history.ts';
import { creationProblems, type TokenDraft, updateProblems } from './token-rules.ts';

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

describe('policy and role hashes', () => {
  const base64 = (hash: Uint8Array): string => Buffer.from(hash).toString('base64');
  const policy = { name: 'ops', description: 'Operators', rules: 'namespace "default" {}' };

  it('are BLAKE2b-256 over the members that Nomad takes, in its order', () => {
    expect(base64(policyHash({ ...policy, jobAcl: null }))).toBe('MTLoj9MZ+DF0TKPeWEIu3G8DVzWhO7fyGsSjVzAJiCE=');
    const jobAcl = { namespace: 'default', jobId: 'api', group: 'web', task: 'main' };
    expect(base64(policyHash({ ...policy, jobAcl }))).toBe('3qnhMdjpkggBswO4+FQgXMom+8ssOZz/9+gaB7rfrm4=');
    expect(base64(roleHash({ name: 'engineers', description: 'all of them', policies: ['readers', 'writers'] }))).toBe('bIFVPHwHnC5Wq+6Sbmb1p31sKqyPpc565lMKyMlEDng=');
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
    expect(invalid('token', ['a', 'b']).message).toBe('token 0 invalid: 2 errors occurred:\n\t* a\n\t* b\n\n');
    expect(invalid('role', ['a']).message).toBe('role 0 invalid: 1 error occurred:\n\t* a\n\n');
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

describe('policy rules', () => {
  const asked = (change: Partial<PolicyDraft>): string[] => policyProblems({ name: 'ops', description: '', jobAcl: null, rulesProblem: undefined, ...change });
  const workload = { namespace: '', jobId: '', group: '', task: '' };

  it.each([
    ['an empty name', { name: '' }, ["invalid name ''"]],
    ['a name of 128 characters', { name: 'n'.repeat(128) }, []],
    ['a name of 129 characters', { name: 'n'.repeat(129) }, [`invalid name '${'n'.repeat(129)}'`]],
    ['a name with a dot', { name: 'a.b' }, ["invalid name 'a.b'"]],
    ['a description of 256 bytes', { description: 'd'.repeat(256) }, []],
    ['a description of 129 two-byte characters', { description: 'é'.repeat(129) }, ['description longer than 256']],
    ['rules that cannot be read', { rulesProblem: '1:1: no' }, ['failed to parse rules: 1:1: no']],
    ['all workloads of a namespace', { jobAcl: { ...workload, namespace: 'default' } }, []],
    ['a job without a namespace', { jobAcl: { ...workload, jobId: 'api' } }, ['namespace must be set to set job ID']],
    ['a group without a job', { jobAcl: { ...workload, namespace: 'default', group: 'web' } }, ['job ID must be set to set group']],
    ['a task without a group', { jobAcl: { ...workload, namespace: 'default', jobId: 'api', task: 'main' } }, ['group must be set to set task']],
  ])('judge %s', (_, change, problems) => {
    expect(asked(change)).toEqual(problems);
  });

  it('tell everything that is wrong, in Nomad\'s order', () => {
    const all = asked({ name: '?', rulesProblem: 'x', description: 'd'.repeat(257), jobAcl: { ...workload, jobId: 'j' } });
    expect(all).toEqual(["invalid name '?'", 'failed to parse rules: x', 'description longer than 256', 'namespace must be set to set job ID']);
  });
});

describe('role rules', () => {
  it.each([
    ['a whole role', { name: 'engineers', description: '', policies: ['ops'] }, []],
    ['a name with a space', { name: 'a b', description: '', policies: ['ops'] }, ["invalid name 'a b'"]],
    ['no policies', { name: 'engineers', description: '', policies: [] }, ['at least one policy should be specified']],
    ['a long description', { name: 'engineers', description: 'd'.repeat(257), policies: ['ops'] }, ['description longer than 256']],
  ])('judge %s', (_, draft, problems) => {
    expect(roleProblems(draft)).toEqual(problems);
  });
});

describe('past texts of policies', () => {
  it('have ids that start with their policy\'s prefix, and no other\'s', () => {
    expect(policyVersionId('ops', 7)).toBe('ops.7');
    expect(policyVersionId('ops', 7).startsWith(policyVersionPrefix('ops'))).toBe(true);
    expect(policyVersionId('ops-eu', 7).startsWith(policyVersionPrefix('ops'))).toBe(false);
  });

  it('say what the policy said', () => {
    const text = { description: 'd', rules: 'r', applies: 'everyone', jobAcl: null, version: 7, author: 'system', writtenAt: '2026-01-02T03:04:05Z' } as const;
    expect(policyVersionOf('ops', { ...text, system: true, hash: new Uint8Array(32) })).toEqual({ name: 'ops', ...text });
  });
});
