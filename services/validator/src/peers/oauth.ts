import { type issuer, oauth, refusalOf } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { PeerGates } from '@mintmark/kit/overload';
import { callMetadata, callPeer, channelCredentials, createClient, MetadataError, type TlsFiles } from '@mintmark/kit/rpc';
import type { IssuerCall } from '../core/types.ts';

const CONNECT_WITHIN_MS = 2_000;
const WRITE_WITHIN_MS = 12_000;
const READ_WITHIN_MS = 5_000;

/** What the region's issuer does about keys, clients and signed tokens. Every method throws `Refusal`. */
export interface OAuthCalls {
  rotateKeys(request: oauth.RotateKeysRequest, call: IssuerCall): Promise<issuer.RecordWritten>;
  withdrawKey(request: oauth.WithdrawKeyRequest, call: IssuerCall): Promise<issuer.RecordWritten>;
  createClient(request: oauth.CreateClientRequest, call: IssuerCall): Promise<oauth.ClientWritten>;
  updateClient(request: oauth.UpdateClientRequest, call: IssuerCall): Promise<oauth.ClientWritten>;
  deleteClient(request: oauth.ClientRequest, call: IssuerCall): Promise<issuer.Written>;
  createClientSecret(request: oauth.CreateClientSecretRequest, call: IssuerCall): Promise<oauth.ClientWritten>;
  deleteClientSecret(request: oauth.ClientRequest, call: IssuerCall): Promise<oauth.ClientWritten>;
  createTemporaryToken(request: oauth.CreateTemporaryTokenRequest, call: IssuerCall): Promise<oauth.TemporaryTokenWritten>;
  revokeTemporaryToken(request: oauth.ClientRequest, call: IssuerCall): Promise<issuer.Written>;
  mayKeepClients(request: oauth.MayKeepClientsRequest, call: IssuerCall): Promise<oauth.MayKeepClientsResponse>;
  grant(request: oauth.GrantRequest, call: IssuerCall): Promise<oauth.GrantResponse>;
  revoke(request: oauth.RevokeRequest, call: IssuerCall): Promise<oauth.ProtocolAnswer>;
  authenticateClient(request: oauth.AuthenticateClientRequest, call: IssuerCall): Promise<oauth.AuthenticateClientResponse>;
  useProof(request: oauth.UseProofRequest, call: IssuerCall): Promise<oauth.UseProofResponse>;
}

/** The region's issuer over gRPC, in matters of keys, clients and signed tokens. */
export function connectOAuth(address: string, tls: TlsFiles | 'insecure', gates: PeerGates): OAuthCalls & Disposable {
  const client = createClient(oauth.OAuthClient, address, channelCredentials(tls));
  const options = (call: IssuerCall, effect: 'read' | 'write') => ({
    signal: call.signal,
    metadata: metadataOf(call),
    connectWithinMs: CONNECT_WITHIN_MS,
    gate: gates[effect],
    deadlineMs: effect === 'write' ? WRITE_WITHIN_MS : READ_WITHIN_MS,
    toError: refusalOf("the region's issuer", effect),
  });
  return {
    rotateKeys: async (request, call) => callPeer(client, 'rotateKeys', request, options(call, 'write')),
    withdrawKey: async (request, call) => callPeer(client, 'withdrawKey', request, options(call, 'write')),
    createClient: async (request, call) => callPeer(client, 'createClient', request, options(call, 'write')),
    updateClient: async (request, call) => callPeer(client, 'updateClient', request, options(call, 'write')),
    deleteClient: async (request, call) => callPeer(client, 'deleteClient', request, options(call, 'write')),
    createClientSecret: async (request, call) => callPeer(client, 'createClientSecret', request, options(call, 'write')),
    deleteClientSecret: async (request, call) => callPeer(client, 'deleteClientSecret', request, options(call, 'write')),
    createTemporaryToken: async (request, call) => callPeer(client, 'createTemporaryToken', request, options(call, 'write')),
    revokeTemporaryToken: async (request, call) => callPeer(client, 'revokeTemporaryToken', request, options(call, 'write')),
    mayKeepClients: async (request, call) => callPeer(client, 'mayKeepClients', request, options(call, 'read')),
    grant: async (request, call) => callPeer(client, 'grant', request, options(call, 'read')),
    revoke: async (request, call) => callPeer(client, 'revoke', request, options(call, 'write')),
    authenticateClient: async (request, call) => callPeer(client, 'authenticateClient', request, options(call, 'read')),
    useProof: async (request, call) => callPeer(client, 'useProof', request, options(call, 'read')),
    [Symbol.dispose]: () => client.close(),
  };
}

/** A credential that no header can carry belongs to nobody. */
function metadataOf(call: IssuerCall) {
  try {
    return callMetadata(call);
  } catch (error) {
    if (error instanceof MetadataError) throw new Refusal('permission_denied', 'Permission denied', { cause: error });
    throw error;
  }
}
