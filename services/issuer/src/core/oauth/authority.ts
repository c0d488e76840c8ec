import type { issuer, oauth } from '@mintmark/contract';
import type { ForwardedCall } from '../authority.ts';

/** What the authority decides about keys and clients. Every method throws `Refusal`. */
export interface OAuthPeer {
  publishKey(request: oauth.PublishKeyRequest, call: ForwardedCall): Promise<issuer.Written>;
  withdrawKey(request: oauth.WithdrawKeyRequest, call: ForwardedCall): Promise<issuer.RecordWritten>;
}
