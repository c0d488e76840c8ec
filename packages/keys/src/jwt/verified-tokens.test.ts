import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkSignature } from './signature.ts';
import { type ActiveSigner, AUDIENCE, aSigner, forged, ISSUER, NOW, someClaims } from './tokens.fixture.ts';
import { VerifiedTokens } from './verified-tokens.ts';
import { createTokenVerifier, verificationKey } from './verify.ts';

let one: ActiveSigner;
let two: ActiveSigner;
let checks: number;
let verified: VerifiedTokens;
/** Signature checks wait for it. */
let gate: Promise<void>;

beforeAll(async () => {
  one = await aSigner('EdDSA');
  two = await aSigner('ES256');
});

beforeEach(() => {
  checks = 0;
  gate = Promise.resolve();
  const keys = new Map([one, two].map(({ key }) => [key.kid, verificationKey(key)]));
  const verify = createTokenVerifier({
    issuer: ISSUER,
    audiences: [AUDIENCE],
    skew: { earlyMs: 0, lateMs: 0 },
    find: (kid) => keys.get(kid),
    async check(...call) {
      checks += 1;
      await gate;
      return checkSignature(...call);
    },
  });
  verified = new VerifiedTokens(verify, { max: 3 });
});

function token(jti: string, signer = one): string {
  return forged({ kid: signer.key.kid, alg: signer.key.algorithm, typ: 'at+jwt' }, { ...someClaims(), jti }, signer.privateKey);
}

describe('tokens that were verified', () => {
  it('cost one signature check, however often they come', async () => {
    const text = token('a');
    const first = await verified.verify(text, NOW);
    for (let again = 0; again < 100; again += 1) expect(await verified.verify(text, NOW + again)).toBe(first);
    expect(verified.peek(text, NOW)).toBe(first);
    expect(checks).toBe(1);
  });

  it('cost one signature check, however many ask at once', async () => {
    const text = token('a');
    const results = await Promise.all(Array.from({ length: 50 }, () => verified.verify(text, NOW)));
    expect(results.every((result) => result.ok)).toBe(true);
    expect(checks).toBe(1);
  });

  it('are forgotten the millisecond they expire', async () => {
    const text = token('a');
    await verified.verify(text, NOW);
    expect(verified.peek(text, NOW + 299_999)).toBeDefined();
    expect(verified.peek(text, NOW + 300_000)).toBeUndefined();
    expect(await verified.verify(text, NOW + 300_000)).toMatchObject({ reason: 'expired' });
    expect(verified.size).toBe(0);
  });

  it('are forgotten by jti, by key and all together, and no others are', async () => {
    const texts = [token('a'), token('b'), token('c', two)] as const;
    const fill = () => Promise.all(texts.map((text) => verified.verify(text, NOW)));
    const held = () => texts.map((text) => verified.peek(text, NOW) !== undefined);
    await fill();
    verified.forgetToken('a');
    verified.forgetToken('nobody');
    expect(held()).toEqual([false, true, true]);
    await fill();
    verified.forgetKey(one.key.kid);
    expect(held()).toEqual([false, false, true]);
    await fill();
    verified.forgetAll();
    expect(held()).toEqual([false, false, false]);
    expect(verified.size).toBe(0);
  });

  it('are forgotten under every text that carries the jti', async () => {
    const texts = [token('a', two), token('a', two)];
    expect(texts[0]).not.toBe(texts[1]);
    for (const text of texts) await verified.verify(text, NOW);
    verified.forgetToken('a');
    expect(texts.map((text) => verified.peek(text, NOW))).toEqual([undefined, undefined]);
  });

  it('make room for others beyond the bound', async () => {
    const texts = ['a', 'b', 'c', 'd'].map((jti) => token(jti));
    for (const text of texts) await verified.verify(text, NOW);
    expect(texts.map((text) => verified.peek(text, NOW) !== undefined)).toEqual([false, true, true, true]);
    verified.forgetKey(one.key.kid);
    expect(verified.size).toBe(0);
  });

  it('are not remembered, nor shared with later askers, when something was forgotten meanwhile', async () => {
    const text = token('a');
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    const before = verified.verify(text, NOW);
    verified.forgetKey(one.key.kid);
    const after = verified.verify(text, NOW);
    expect(checks).toBe(2);
    verified.forgetToken('b');
    resolve();
    await Promise.all([before, after]);
    expect(verified.peek(text, NOW)).toBeUndefined();
    expect(verified.size).toBe(0);
  });

  it('are only the good ones: a refusal is judged again', async () => {
    const bad = `${token('a').slice(0, -86)}${'A'.repeat(86)}`;
    for (let again = 0; again < 3; again += 1) expect(await verified.verify(bad, NOW)).toEqual({ ok: false, reason: 'bad_signature' });
    expect(checks).toBe(3);
    expect(verified.size).toBe(0);
  });
});
