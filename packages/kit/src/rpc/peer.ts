import { type Client, connectivityState, type ServiceError, status } from '@grpc/grpc-js';
import type { Passage, PeerGate } from '../overload/peer-gate.ts';
import { callUnary, type OutgoingOptions, type UnaryMethods, type UnaryRequest, type UnaryResponse } from './client.ts';

/** How far a failed call had got: never sent, sent but without an answer, given up because its signal aborted after it was sent, or answered by the peer. */
export type CallPhase = 'unsent' | 'sent' | 'ended';

export interface PeerOptions extends OutgoingOptions {
  /** How long to wait for a connection before the call counts as never sent. */
  readonly connectWithinMs: number;
  /** What bounds the calls under way to the peer. One that it does not let through counts as never sent, with `PeerBusy` as its failure. */
  readonly gate?: PeerGate;
  /** What to throw for a failed call. */
  readonly toError: (failure: unknown, phase: CallPhase) => Error;
}

/**
 * Calls a unary method of a peer whose writes must not be repeated blindly: first makes sure that there is a connection, so that a peer that is
 * away is told apart from an answer that is missing.
 */
export async function callPeer<C extends Client, M extends UnaryMethods<C>>(
  client: C,
  method: M,
  request: UnaryRequest<C, M>,
  options: PeerOptions,
): Promise<UnaryResponse<C, M>> {
  using passage = entered(options);
  if (client.getChannel().getConnectivityState(true) !== connectivityState.READY) {
    await connected(client, options).catch((failure) => {
      throw options.toError(failure, 'unsent');
    });
  }
  if (options.signal?.aborted) throw options.toError(options.signal.reason, 'unsent');
  try {
    const answer = await callUnary(client, method, request, options);
    passage?.answered();
    return answer;
  } catch (failure) {
    if (isFromPeer(failure)) passage?.answered();
    throw options.toError(failure, options.signal?.aborted ? 'ended' : 'sent');
  }
}

function entered({ gate, toError }: PeerOptions): Passage | undefined {
  try {
    return gate?.enter();
  } catch (failure) {
    throw toError(failure, 'unsent');
  }
}

/** What the transport says by itself when no answer comes. A peer that says the same sends something along. */
const TRANSPORT: ReadonlySet<status | undefined> = new Set([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED, undefined]);

function isFromPeer(failure: unknown): boolean {
  const { code, metadata } = failure as Partial<ServiceError>;
  return !TRANSPORT.has(code) || Object.keys(metadata?.getMap() ?? {}).length > 0;
}

function connected(client: Client, options: PeerOptions): Promise<void> {
  const { signal } = options;
  const until = Math.min(Date.now() + options.connectWithinMs, options.deadline ?? Number.POSITIVE_INFINITY);
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    client.waitForReady(until, (error) => {
      signal?.removeEventListener('abort', abort);
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
  });
}
