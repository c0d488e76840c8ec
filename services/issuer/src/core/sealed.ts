import { Refusal } from '@mintmark/domain';
import { CannotOpen } from '@mintmark/keys';
import type { IssuerContext } from '../context.ts';

/*
 * What one issuer asks of another on nobody's behalf. It is sealed, with its purpose, its sender and the time, under the key that only issuers have: neither a validator
 * nor whoever reads the stores can ask for it. The time is by the sender's clock, and counts by what that was found to show (`authority/peer-clocks.ts`).
 */

const SEEN_WITHIN_MS = 60_000;

export interface Envelope {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The region whose issuer has sealed it. */
  readonly from: string;
  readonly request: unknown;
}

export function sealedRequest(ctx: IssuerContext, purpose: string, request: unknown): Buffer {
  const envelope: Envelope = { at: ctx.world.clock.now(), from: ctx.region, request };
  return Buffer.from(ctx.sealer.seal(JSON.stringify(envelope), purpose));
}

/** Throws the refusal `permission_denied` for whatever no issuer has sealed for this purpose within the last minute. */
export function openRequest(ctx: IssuerContext, purpose: string, sealed: Uint8Array): unknown {
  const { at, from, request } = openAnytime(ctx, purpose, sealed);
  const there = ctx.world.clock.now() + ctx.peerClocks.aheadOf(from);
  if (Math.abs(there - at) <= SEEN_WITHIN_MS) return request;
  throw new Refusal('permission_denied', `what an issuer has asked for counts for a minute: it was ${Math.round((there - at) / 1_000)} s ago, or the clock of ${from} is wrong`);
}

/** For what does no harm when it is heard again. Throws the refusal `permission_denied` for whatever no issuer has sealed for this purpose. */
export function openAnytime(ctx: IssuerContext, purpose: string, sealed: Uint8Array): Envelope {
  try {
    return JSON.parse(ctx.sealer.open(sealed, purpose)) as Envelope;
  } catch (error) {
    if (!(error instanceof CannotOpen)) throw error;
    throw new Refusal('permission_denied', 'only an issuer can ask for this');
  }
}

/** The call on nobody's behalf. */
export function ownCall(ctx: IssuerContext, requestId: string, signal: AbortSignal) {
  return { credential: undefined, requestId, signal, deadline: ctx.world.clock.now() + ctx.writeTimeoutMs };
}
