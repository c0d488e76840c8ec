import { FORWARDED_FROM, issuer, refusalOf } from '@mintmark/contract';
import type { PeerGates } from '@mintmark/kit/overload';
import { callMetadata, callPeer, channelCredentials, createClient, type TlsFiles } from '@mintmark/kit/rpc';
import type { AuthorityPeer, ForwardedCall } from '../core/authority/peer.ts';
import { peoplePeer } from './people.ts';

const CONNECT_WITHIN_MS = 2_000;

export interface AuthorityClient extends AuthorityPeer, Disposable {}

/** The authority's issuer over gRPC. The caller's credential, request id and deadline go with each call. */
export function connectAuthority(address: string, tls: TlsFiles | 'insecure', region: string, gates: PeerGates): AuthorityClient {
  const client = createClient(issuer.IssuerClient, address, channelCredentials(tls));
  const options = (call: ForwardedCall, effect: 'read' | 'write') => ({
    signal: call.signal,
    deadline: call.deadline,
    metadata: metadataOf(call, region),
    connectWithinMs: CONNECT_WITHIN_MS,
    gate: gates[effect],
    toError: refusalOf('the authority', effect),
  });
  return {
    bootstrapToken: (request, call) => callPeer(client, 'bootstrapToken', request, options(call, 'write')),
    upsertToken: (request, call) => callPeer(client, 'upsertToken', request, options(call, 'write')),
    deleteToken: (request, call) => callPeer(client, 'deleteToken', request, options(call, 'write')),
    upsertPolicy: (request, call) => callPeer(client, 'upsertPolicy', request, options(call, 'write')),
    deletePolicy: (request, call) => callPeer(client, 'deletePolicy', request, options(call, 'write')),
    restorePolicy: (request, call) => callPeer(client, 'restorePolicy', request, options(call, 'write')),
    upsertRole: (request, call) => callPeer(client, 'upsertRole', request, options(call, 'write')),
    deleteRole: (request, call) => callPeer(client, 'deleteRole', request, options(call, 'write')),
    resolveSecret: (request, call) => callPeer(client, 'resolveSecret', request, options(call, 'read')),
    ...peoplePeer(client, options),
    [Symbol.dispose]: () => client.close(),
  };
}

function metadataOf(call: ForwardedCall, region: string) {
  const metadata = callMetadata(call);
  metadata.set(FORWARDED_FROM, region);
  return metadata;
}
