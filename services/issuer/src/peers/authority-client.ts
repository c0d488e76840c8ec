import { issuer } from '@mintmark/contract';
import { callPeer, channelCredentials, createClient, type TlsFiles } from '@mintmark/kit/rpc';
import type { AuthorityPeer } from '../core/authority/peer.ts';
import type { Forwarding } from './forwarding.ts';
import { peoplePeer } from './people.ts';

export interface AuthorityClient extends AuthorityPeer, Disposable {}

/** The authority's issuer over gRPC. */
export function connectAuthority(address: string, tls: TlsFiles | 'insecure', options: Forwarding): AuthorityClient {
  const client = createClient(issuer.IssuerClient, address, channelCredentials(tls));
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
