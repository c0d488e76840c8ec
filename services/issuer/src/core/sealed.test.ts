import { randomBytes } from 'node:crypto';
import { createSealer } from '@mintmark/keys';
import { describe, expect, it } from 'vitest';
import type { IssuerContext } from '../context.ts';
import { openRequest, sealedRequest } from './sealed.ts';

const shared = randomBytes(32);

/** An issuer as far as sealing goes: its key and its clock. */
function issuer(key: Uint8Array, now: number): IssuerContext {
  return { sealer: createSealer([key], randomBytes), world: { clock: { now: () => now } } } as unknown as IssuerContext;
}

describe('what one issuer asks of another', () => {
  const sealed = sealedRequest(issuer(shared, 100_000), 'purpose', { key: 1 });

  it('is read by an issuer with the same key, whose clock may differ', () => {
    for (const now of [40_000, 100_000, 160_000]) expect(openRequest(issuer(shared, now), 'purpose', sealed)).toEqual({ key: 1 });
  });

  it.each<readonly [string, () => unknown]>([
    ['for another purpose', () => openRequest(issuer(shared, 100_000), 'other', sealed)],
    ['sealed under another key', () => openRequest(issuer(randomBytes(32), 100_000), 'purpose', sealed)],
    ['altered', () => openRequest(issuer(shared, 100_000), 'purpose', sealed.map((byte, at) => (at === 20 ? byte ^ 1 : byte)))],
    ['older than a minute', () => openRequest(issuer(shared, 160_001), 'purpose', sealed)],
    ['of no issuer at all', () => openRequest(issuer(shared, 100_000), 'purpose', Buffer.from('{"at":100000,"request":{}}'))],
  ])('is refused %s', (_, open) => expect(open).toThrow(expect.objectContaining({ code: 'permission_denied' })));
});
