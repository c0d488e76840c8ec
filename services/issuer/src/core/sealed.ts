import { Refusal } from '@mintmark/domain';
import { CannotOpen } from '@mintmark/keys';
import type { IssuerContext } from '../context.ts';

/*
 * What one issuer asks of another on nobody's behalf. It is sealed, with its purpose and the time, under the key that only issuers have: neither a validator
 * nor whoever reads the stores can ask for it.
 */

const SEEN_WITHIN_MS = 60_000;

interface Envelope {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly request: unknown;
}

export function sealedRequest(ctx: IssuerContext, purpose: string, request: unknown): Buffer {
  const envelope: Envelope = { at: ctx.world.clock.now(), request };
  return Buffer.from(ctx.sealer.seal(JSON.stringify(envelope), purpose));
}

/** Throws the refusal `permission_denied` for whatever no issuer has sealed for this purpose within the last minute. */
export function openRequest(ctx: IssuerContext, purpose: string, sealed: Uint8Array): unknown {
  try {
    const { at, request } = JSON.parse(ctx.sealer.open(sealed, purpose)) as Envelope;
    if (Math.abs(ctx.world.clock.now() - at) <= SEEN_WITHIN_MS) return request;
  } catch (error) {
    if (!(error instanceof CannotOpen)) throw error;
  }
  throw new Refusal('permission_denied', 'only an issuer can ask for this, and what it has asked for counts for a minute');
}

/** The call on nobody's behalf. */
export function ownCall(ctx: IssuerContext, requestId: string, signal: AbortSignal) {
  return { credential: undefined, requestId, signal, deadline: ctx.world.clock.now() + ctx.writeTimeoutMs };
}
