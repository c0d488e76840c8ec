import { randomBytes } from 'node:crypto';
import { createSealer } from '@mintmark/keys';
import { describe, expect, it } from 'vitest';
import type { IssuerContext } from '../context.ts';
import { PeerClocks } from './authority/peer-clocks.ts';
import { openRequest, sealedRequest } from './sealed.ts';

const shared = randomBytes(32);

/** An issuer as far as sealing goes: its key and its clock, and how far it has found another's to be ahead. */
function issuer(key: Uint8Array, now: number, aheadMs = 0): IssuerContext {
  const peerClocks = new PeerClocks(() => undefined);
  peerClocks.note('eu', aheadMs);
  return { region: 'eu', sealer: createSealer([key], randomBytes), world: { clock: { now: () => now } }, peerClocks } as unknown as IssuerContext;
}

describe('what one issuer asks of another', () => {
  const sealed = sealedRequest(issuer(shared, 100_000), 'purpose', { key: 1 });

  it('is read by an issuer with the same key, whose clock may differ', () => {
    for (const now of [40_000, 100_000, 160_000]) expect(openRequest(issuer(shared, now), 'purpose', sealed)).toEqual({ key: 1 });
  });

  it('counts for a minute of the clock of the one who asked, however far that is off', () => {
    for (const now of [-3_560_000, -3_500_000, -3_440_000]) expect(openRequest(issuer(shared, now, 3_600_000), 'purpose', sealed)).toEqual({ key: 1 });
    expect(() => openRequest(issuer(shared, -3_439_999, 3_600_000), 'purpose', sealed)).toThrow('it was 60 s ago');
  });

  it.each<readonly [string, () => unknown]>([
    ['for another purpose', () => openRequest(issuer(shared, 100_000), 'other', sealed)],
    ['sealed under another key', () => openRequest(issuer(randomBytes(32), 100_000), 'purpose', sealed)],
    ['altered', () => openRequest(issuer(shared, 100_000), 'purpose', sealed.map((byte, at) => (at === 20 ? byte ^ 1 : byte)))],
    ['older than a minute', () => openRequest(issuer(shared, 160_001), 'purpose', sealed)],
    ['of no issuer at all', () => openRequest(issuer(shared, 100_000), 'purpose', Buffer.from('{"at":100000,"request":{}}'))],
  ])('is refused %s', (_, open) => expect(open).toThrow(expect.objectContaining({ code: 'permission_denied' })));
});
