import { FORWARDED_FROM, oauth, refusalOf } from '@mintmark/contract';
import type { PeerGates } from '@mintmark/kit/overload';
import { callMetadata, callPeer, channelCredentials, createClient, type TlsFiles } from '@mintmark/kit/rpc';
import type { ForwardedCall } from '../core/authority/peer.ts';
import type { OAuthPeer } from '../core/oauth/authority.ts';

const CONNECT_WITHIN_MS = 2_000;

/** The authority's issuer over gRPC, in matters of keys and clients. */
export function connectOAuthAuthority(address: string, tls: TlsFiles | 'insecure', region: string, gates: PeerGates): OAuthPeer & Disposable {
  const client = createClient(oauth.OAuthClient, address, channelCredentials(tls));
  const options = (call: ForwardedCall) => {
    const metadata = callMetadata(call);
    metadata.set(FORWARDED_FROM, region);
    const { signal, deadline } = call;
    return { signal, deadline, metadata, connectWithinMs: CONNECT_WITHIN_MS, gate: gates.write, toError: refusalOf('the authority', 'write') };
  };
  return {
    publishKey: (request, call) => callPeer(client, 'publishKey', request, options(call)),
    withdrawKey: (request, call) => callPeer(client, 'withdrawKey', request, options(call)),
    createClient: (request, call) => callPeer(client, 'createClient', request, options(call)),
    updateClient: (request, call) => callPeer(client, 'updateClient', request, options(call)),
    deleteClient: (request, call) => callPeer(client, 'deleteClient', request, options(call)),
    createClientSecret: (request, call) => callPeer(client, 'createClientSecret', request, options(call)),
    deleteClientSecret: (request, call) => callPeer(client, 'deleteClientSecret', request, options(call)),
    createTemporaryToken: (request, call) => callPeer(client, 'createTemporaryToken', request, options(call)),
    revokeTemporaryToken: (request, call) => callPeer(client, 'revokeTemporaryToken', request, options(call)),
    deny: (request, call) => callPeer(client, 'deny', request, options(call)),
    [Symbol.dispose]: () => client.close(),
  };
}
