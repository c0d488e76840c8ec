import type { issuer, oauth } from '@mintmark/contract';
import type { ForwardedCall } from '../authority/peer.ts';

/** What the authority decides about keys and clients. Every method throws `Refusal`. */
export interface OAuthPeer {
  publishKey(request: oauth.PublishKeyRequest, call: ForwardedCall): Promise<issuer.Written>;
  withdrawKey(request: oauth.WithdrawKeyRequest, call: ForwardedCall): Promise<issuer.RecordWritten>;
  createClient(request: oauth.CreateClientRequest, call: ForwardedCall): Promise<oauth.ClientWritten>;
  updateClient(request: oauth.UpdateClientRequest, call: ForwardedCall): Promise<oauth.ClientWritten>;
  deleteClient(request: oauth.ClientRequest, call: ForwardedCall): Promise<issuer.Written>;
  createClientSecret(request: oauth.CreateClientSecretRequest, call: ForwardedCall): Promise<oauth.ClientWritten>;
  deleteClientSecret(request: oauth.ClientRequest, call: ForwardedCall): Promise<oauth.ClientWritten>;
  createTemporaryToken(request: oauth.CreateTemporaryTokenRequest, call: ForwardedCall): Promise<oauth.TemporaryTokenWritten>;
  revokeTemporaryToken(request: oauth.ClientRequest, call: ForwardedCall): Promise<issuer.Written>;
  deny(request: oauth.DenyRequest, call: ForwardedCall): Promise<issuer.Written>;
}
