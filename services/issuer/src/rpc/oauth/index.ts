import type { oauth } from '@mintmark/contract';
import type { IssuerContext } from '../../context.ts';
import { methodsOf } from '../method.ts';
import { authenticateClient } from './authenticate-client.ts';
import { createClientSecret } from './create-client-secret.ts';
import { createClient } from './create-client.ts';
import { createTemporaryToken } from './create-temporary-token.ts';
import { deleteClientSecret } from './delete-client-secret.ts';
import { deleteClient } from './delete-client.ts';
import { denyForRegion } from './deny.ts';
import { grant } from './grant.ts';
import { mayKeep } from './may-keep-clients.ts';
import { publishKey } from './publish-key.ts';
import { revokeTemporaryToken } from './revoke-temporary-token.ts';
import { revoke } from './revoke.ts';
import { rotateKeys } from './rotate-keys.ts';
import { updateClient } from './update-client.ts';
import { useProof } from './use-proof.ts';
import { withdrawKey } from './withdraw-key.ts';

/** The gRPC surface of keys, clients and signed tokens. */
export function oauthServer(ctx: IssuerContext): oauth.OAuthServer {
  const method = methodsOf(ctx);
  return {
    publishKey: method('PublishKey', (request, call) => publishKey(ctx, request, call)),
    rotateKeys: method('RotateKeys', (_request, call) => rotateKeys(ctx, call)),
    withdrawKey: method('WithdrawKey', (request, call) => withdrawKey(ctx, request, call)),
    createClient: method('CreateClient', (request, call) => createClient(ctx, request, call)),
    updateClient: method('UpdateClient', (request, call) => updateClient(ctx, request, call)),
    deleteClient: method('DeleteClient', (request, call) => deleteClient(ctx, request, call)),
    createClientSecret: method('CreateClientSecret', (request, call) => createClientSecret(ctx, request, call)),
    deleteClientSecret: method('DeleteClientSecret', (request, call) => deleteClientSecret(ctx, request, call)),
    createTemporaryToken: method('CreateTemporaryToken', (request, call) => createTemporaryToken(ctx, request, call)),
    revokeTemporaryToken: method('RevokeTemporaryToken', (request, call) => revokeTemporaryToken(ctx, request, call)),
    mayKeepClients: method('MayKeepClients', (request, call) => mayKeep(ctx, request, call)),
    grant: method('Grant', (request, call) => grant(ctx, request, call)),
    revoke: method('Revoke', (request, call) => revoke(ctx, request, call)),
    authenticateClient: method('AuthenticateClient', (request, call) => authenticateClient(ctx, request, call)),
    useProof: method('UseProof', (request) => useProof(ctx, request)),
    deny: method('Deny', (request, call) => denyForRegion(ctx, request, call)),
  };
}
