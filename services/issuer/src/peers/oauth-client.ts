import { oauth } from '@mintmark/contract';
import { callPeer, channelCredentials, createClient, type TlsFiles } from '@mintmark/kit/rpc';
import type { OAuthPeer } from '../core/oauth/authority.ts';
import type { Forwarding } from './forwarding.ts';

/** The authority's issuer over gRPC, in matters of keys and clients. */
export function connectOAuthAuthority(address: string, tls: TlsFiles | 'insecure', options: Forwarding): OAuthPeer & Disposable {
  const client = createClient(oauth.OAuthClient, address, channelCredentials(tls));
  return {
    publishKey: (request, call) => callPeer(client, 'publishKey', request, options(call, 'write')),
    withdrawKey: (request, call) => callPeer(client, 'withdrawKey', request, options(call, 'write')),
    createClient: (request, call) => callPeer(client, 'createClient', request, options(call, 'write')),
    updateClient: (request, call) => callPeer(client, 'updateClient', request, options(call, 'write')),
    deleteClient: (request, call) => callPeer(client, 'deleteClient', request, options(call, 'write')),
    createClientSecret: (request, call) => callPeer(client, 'createClientSecret', request, options(call, 'write')),
    deleteClientSecret: (request, call) => callPeer(client, 'deleteClientSecret', request, options(call, 'write')),
    createTemporaryToken: (request, call) => callPeer(client, 'createTemporaryToken', request, options(call, 'write')),
    revokeTemporaryToken: (request, call) => callPeer(client, 'revokeTemporaryToken', request, options(call, 'write')),
    deny: (request, call) => callPeer(client, 'deny', request, options(call, 'write')),
    [Symbol.dispose]: () => client.close(),
  };
}
