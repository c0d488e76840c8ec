import { hash, randomBytes, sign, verify, createPublicKey } from 'node:crypto';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '@mintmark/domain';
import { describe, expect, it } from 'vitest';
import { CannotOpen, createSealer } from '../sealing.ts';
import { generateSigningKey, openPrivateHalf, sealPrivateHalf } from './generate.ts';
import { jwks } from './jwks.ts';
import type { SigningKey } from './key.ts';
import { withdrawKey } from './lifecycle.ts';

const request = (algorithm: SigningAlgorithm, now = 1) => ({ region: 'us-east', sequence: 1, algorithm, now, maxTokenLifetimeMs: 1_000 });
const given = (base64url: string) => () => Buffer.from(base64url, 'base64url');

describe('generating signing keys', () => {
  it('gives the key and the thumbprint of RFC 8037 appendix A for its seed', async () => {
    const { key } = await generateSigningKey(request('EdDSA'), given('nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A'));
    expect(key.publicJwk).toEqual({ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' });
    expect(key.kid).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  it('gives the public half of RFC 7515 appendix A.3 for its private one', async () => {
    const { key } = await generateSigningKey(request('ES256'), given('jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI'));
    expect(key.publicJwk).toEqual({
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    });
  });

  it('draws again where the bytes are no private key of P-256', async () => {
    const draws = [
      Buffer.alloc(32),
      Buffer.alloc(32, 0xff),
      Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex'),
      randomBytes(32),
    ];
    await generateSigningKey(request('ES256'), () => draws.shift() as Buffer);
    expect(draws).toEqual([]);
  });

  it('RFC 7518 3.3 an RSA key has 3,072 bits and the common exponent, its thumbprint is that of RFC 7638, and the loop of events goes round while primes are sought', async () => {
    let rounds = 0;
    const turning = setInterval(() => (rounds += 1), 1);
    const { key } = await generateSigningKey(request('RS256'), () => expect.fail('the platform draws the randomness'));
    clearInterval(turning);
    const { kty, n, e } = key.publicJwk as { readonly kty: string; readonly n: string; readonly e: string };
    expect([key.publicJwk, kty, e]).toEqual([{ kty, n, e }, 'RSA', 'AQAB']);
    expect(createPublicKey({ key: { kty, n, e }, format: 'jwk' }).asymmetricKeyDetails).toMatchObject({ modulusLength: 3_072 });
    expect(key.kid).toBe(hash('sha256', JSON.stringify({ e, kty, n }), 'base64url'));
    expect(rounds).toBeGreaterThan(1);
  });

  it.each(SIGNING_ALGORITHMS)(
    '%s: what the sealed private half signs the public one verifies, and it opens for its own kid only',
    async (algorithm) => {
      const sealer = createSealer([randomBytes(32)], randomBytes);
      const { key, privateHalf } = await generateSigningKey(request(algorithm), randomBytes);
      const sealed = sealPrivateHalf(sealer, key.kid, privateHalf);
      const digest = algorithm === 'EdDSA' ? null : 'sha256';
      const signature = sign(digest, Buffer.from('text'), openPrivateHalf(sealer, key.kid, sealed));
      expect(verify(digest, Buffer.from('text'), createPublicKey({ key: key.publicJwk, format: 'jwk' }), signature)).toBe(true);
      expect(() => openPrivateHalf(sealer, `${key.kid}x`, sealed)).toThrow(CannotOpen);
      const { d } = openPrivateHalf(sealer, key.kid, sealed).export({ format: 'jwk' });
      expect(d).toEqual(expect.stringMatching(/^[\w-]{43}/));
      expect(JSON.stringify(key)).not.toContain(d);
    },
  );
});

describe('the published key set', () => {
  it('holds planned, active and retiring keys of all regions in a stable order, and none that is gone', async () => {
    const make = async (algorithm: SigningAlgorithm, at: number) => (await generateSigningKey(request(algorithm, at), randomBytes)).key;
    const [planned, old, gone, active] = await Promise.all([make('EdDSA', 4), make('ES256', 1), make('EdDSA', 2), make('EdDSA', 3)]);
    const keys: readonly SigningKey[] = [
      planned,
      { ...active, state: 'active', activeFrom: 4 },
      withdrawKey(gone, 5),
      { ...old, region: 'eu-west', state: 'retiring', activeFrom: 1, retiredAt: 4, goneAt: 10 },
    ];
    const set = jwks(keys, 9);
    expect(set.keys.map((key) => key.kid)).toEqual([old.kid, active.kid, planned.kid]);
    expect(set.keys[0]).toEqual({ ...old.publicJwk, kid: old.kid, alg: 'ES256', use: 'sig' });
    expect(JSON.stringify(jwks(keys.toReversed(), 9))).toBe(JSON.stringify(set));
    expect(jwks(keys, 10).keys.map((key) => key.kid)).toEqual([active.kid, planned.kid]);
  });
});
