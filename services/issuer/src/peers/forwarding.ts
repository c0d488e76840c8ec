import { FORWARDED_FROM, parsePersonCredential, refusalOf } from '@mintmark/contract';
import { PeerGate, type PeerGateOptions, type PeerGates, peerGates } from '@mintmark/kit/overload';
import { callMetadata, type callPeer } from '@mintmark/kit/rpc';
import type { ForwardedCall } from '../core/authority/peer.ts';

const CONNECT_WITHIN_MS = 2_000;

/** Gates of a region that decides: whoever waits for a password to be judged holds up neither reads nor writes. */
export interface AuthorityGates extends PeerGates {
  readonly login: PeerGate;
}

/** Three gates of one limit each. */
export function authorityGates(region: string, limit: number, clock: PeerGateOptions['clock']): AuthorityGates {
  const peer = `authority_${region}`;
  return { ...peerGates(peer, limit, clock), login: new PeerGate({ name: `${peer}_logins`, limit, clock }) };
}

/** How a call goes to the authority on somebody's behalf. `gate`: where it is another than that of its effect. */
export type Forwarding = (call: ForwardedCall, effect: 'read' | 'write', gate?: keyof AuthorityGates) => Parameters<typeof callPeer>[3];

/** Calls go with the caller's credential, request id and deadline. */
export function forwarding(from: string, gates: AuthorityGates): Forwarding {
  return (call, effect, gate = showsPassword(call) ? 'login' : effect) => {
    const metadata = callMetadata(call);
    metadata.set(FORWARDED_FROM, from);
    const { signal, deadline } = call;
    return { signal, deadline, metadata, connectWithinMs: CONNECT_WITHIN_MS, gate: gates[gate], toError: refusalOf('the authority', effect) };
  };
}

function showsPassword({ credential = '' }: ForwardedCall): boolean {
  return parsePersonCredential(credential)?.kind === 'basic';
}
