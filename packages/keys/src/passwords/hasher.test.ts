import { randomBytes } from 'node:crypto';
import { hash as argon2, verify as argon2Verify } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import { createPasswordHasher, DEFAULT_COST, type HasherOptions, type PasswordHasher } from './hasher.ts';

const PASSWORD = 'correct horse battery staple';

const hasher = (options: Partial<HasherOptions> = {}): PasswordHasher => createPasswordHasher({ random: randomBytes, threads: 2, queue: 16, ...options });

async function hashed(password = PASSWORD, of = hasher()): Promise<string> {
  const result = await of.hash(password);
  if (!result.ok) throw new Error(result.reason);
  return result.hash;
}

describe('password hashes', () => {
  it('are Argon2id of 19 MiB, two passes and one lane, salted, in a PHC string that others verify', async () => {
    const [one, two] = [await hashed(), await hashed()];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await argon2Verify(one, PASSWORD)).toBe(true);
  });

  it('take their salts from the randomness given', async () => {
    const random = (count: number): Uint8Array => Buffer.alloc(count, 7);
    expect(await hashed(PASSWORD, hasher({ random }))).toBe(await hashed(PASSWORD, hasher({ random })));
  });

  it('match their password and no other, to the last byte of the longest and whatever the script', async () => {
    const check = hasher();
    for (const password of [PASSWORD, 'x'.repeat(1_024), 'ünïcödé 密码 🔑🔑', 'Passwort\u0000mit Null']) {
      const stored = await hashed(password);
      expect(await check.verify(password, stored)).toEqual({ ok: true, matches: true, rehash: false });
      expect(await check.verify(`${password.slice(0, -1)}y`, stored)).toEqual({ ok: true, matches: false, rehash: false });
      expect(await check.verify(`${password} `, stored)).toEqual({ ok: true, matches: false, rehash: false });
    }
  });

  it('never match for a user who does not exist, nor a password beyond the bound', async () => {
    expect(await hasher().verify(PASSWORD, undefined)).toEqual({ ok: true, matches: false, rehash: false });
    expect(await hasher().verify('', undefined)).toEqual({ ok: true, matches: false, rehash: false });
    expect(await hasher().verify('x'.repeat(1_025), await hashed())).toEqual({ ok: true, matches: false, rehash: false });
    await expect(hasher().hash('x'.repeat(1_025))).rejects.toThrow(/at most 1024 bytes/);
  });

  it('cost the same work for an unknown user, a wrong password and one beyond the bound', async () => {
    const check = hasher({ threads: 1 });
    const stored = await hashed();
    const kinds = { known: ['wrong password', stored], unknown: ['wrong password', undefined], long: ['x'.repeat(2_000), stored] } as const;
    const spent: Record<string, number[]> = { known: [], unknown: [], long: [] };
    for (let round = 0; round < 9; round += 1) {
      for (const [kind, [password, against]] of Object.entries(kinds)) {
        const before = process.cpuUsage();
        await check.verify(password, against);
        const { user, system } = process.cpuUsage(before);
        spent[kind]?.push(user + system);
      }
    }
    const median = (kind: string): number => spent[kind]?.toSorted((a, b) => a - b)[4] ?? Number.NaN;
    for (const kind of ['unknown', 'long']) {
      expect(median(kind) / median('known')).toBeGreaterThan(0.6);
      expect(median(kind) / median('known')).toBeLessThan(1.6);
    }
  });

  it('ask to be made again after a match when the cost has changed, and only then', async () => {
    const stored = await hashed();
    const raised = hasher({ cost: { ...DEFAULT_COST, passes: 3 } });
    expect(await raised.verify(PASSWORD, stored)).toEqual({ ok: true, matches: true, rehash: true });
    expect(await raised.verify('wrong password', stored)).toEqual({ ok: true, matches: false, rehash: false });
    expect(await hashed(PASSWORD, raised)).toMatch(/^\$argon2id\$v=19\$m=19456,t=3,p=1\$/);
  });

  it.each([
    ['empty text', ''],
    ['no hash', 'plain'],
    ['bcrypt', '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'],
    ['more memory than is ever computed', `$argon2id$v=19$m=4194304,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`],
    ['more passes than are ever computed', `$argon2id$v=19$m=19456,t=1000000,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`],
  ])('that cannot be read are said to be so: %s', async (_, stored) => {
    expect(await hasher().verify(PASSWORD, stored)).toEqual({ ok: false, reason: 'unreadable_hash' });
  });

  it('of Argon2i or Argon2d cannot be read', async () => {
    for (const algorithm of [0, 1])
      expect(await hasher().verify(PASSWORD, await argon2(PASSWORD, { algorithm }))).toEqual({ ok: false, reason: 'unreadable_hash' });
  });

  it('are refused a cost below the rules', () => {
    expect(() => hasher({ cost: { memory: 4_096, passes: 10, lanes: 1 } })).toThrow(/^cost must/);
    expect(() => hasher({ cost: { memory: 19_456, passes: 1, lanes: 1 } })).toThrow(/^cost must/);
    expect(() => hasher({ cost: { memory: 7_168, passes: 5, lanes: 1 } })).not.toThrow();
  });
});

describe('a flood of passwords', () => {
  it('is refused beyond the queue, at once, and the rest is served', async () => {
    const small = hasher({ threads: 1, queue: 2 });
    const stored = await hashed();
    const results = await Promise.all(Array.from({ length: 10 }, () => small.verify(PASSWORD, stored)));
    expect(results.filter((result) => result.ok)).toHaveLength(3);
    expect(results.slice(3)).toEqual(Array.from({ length: 7 }, () => ({ ok: false, reason: 'busy' })));
    expect(await small.verify(PASSWORD, stored)).toMatchObject({ matches: true });
  });

  it('gives up waiting when aborted, and a place whose caller gave up is not used twice', async () => {
    const small = hasher({ threads: 1, queue: 4 });
    const stored = await hashed();
    const abort = new AbortController();
    const order: string[] = [];
    const note = (name: string) => (): void => void order.push(name);
    const running = small.verify(PASSWORD, stored, { signal: abort.signal }).catch(note('running gave up'));
    const waiting = small.verify(PASSWORD, stored, { signal: abort.signal }).catch(note('waiting gave up'));
    const next = small.verify(PASSWORD, stored).then(note('next is served'));
    expect(small.waiting).toBe(2);
    abort.abort(new Error('enough'));
    await Promise.all([running, waiting]);
    expect(small.waiting).toBe(1);
    await next;
    expect(order.at(-1)).toBe('next is served');
    expect(small.waiting).toBe(0);
  });

  it('rejects with the reason of the signal', async () => {
    await expect(hasher().verify(PASSWORD, undefined, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
  });
});
