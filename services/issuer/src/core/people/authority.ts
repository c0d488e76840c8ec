import type { issuer, people } from '@mintmark/contract';
import type { IssuerContext } from '../../context.ts';
import type { AuthorityPeer, ForwardedCall } from '../authority/peer.ts';
import type { IssuerCall } from '../call.ts';
import { feltHere } from '../felt-here.ts';

/** What the authority decides about organizations and people. Every method throws `Refusal`. */
export interface PeoplePeer {
  upsertOrganization(request: people.UpsertOrganizationRequest, call: ForwardedCall): Promise<issuer.RecordWritten>;
  deleteOrganization(request: people.DeleteOrganizationRequest, call: ForwardedCall): Promise<issuer.Written>;
  upsertUser(request: people.UpsertUserRequest, call: ForwardedCall): Promise<issuer.RecordWritten>;
  createSession(request: people.CreateSessionRequest, call: ForwardedCall): Promise<issuer.SecretWritten>;
  beginSignIn(request: people.BeginSignInRequest, call: ForwardedCall): Promise<people.BeginSignInResponse>;
  finishSignIn(request: people.FinishSignInRequest, call: ForwardedCall): Promise<issuer.SecretWritten>;
  endSession(request: people.EndSessionRequest, call: ForwardedCall): Promise<issuer.Written>;
  endUserSessions(request: people.EndUserSessionsRequest, call: ForwardedCall): Promise<issuer.Written>;
  putSetting(request: people.PutSettingRequest, call: ForwardedCall): Promise<issuer.RecordWritten>;
  identifyPerson(request: people.IdentifyPersonRequest, call: ForwardedCall): Promise<people.IdentifyPersonResponse>;
  createPersonalToken(request: people.CreatePersonalTokenRequest, call: ForwardedCall): Promise<issuer.SecretWritten>;
  revokePersonalToken(request: people.RevokePersonalTokenRequest, call: ForwardedCall): Promise<issuer.RecordWritten>;
  revokeLeaked(request: people.RevokeLeakedRequest, call: ForwardedCall): Promise<issuer.RevokeLeakedResponse>;
  reportUses(request: people.ReportUsesRequest, call: ForwardedCall): Promise<people.ReportUsesResponse>;
  deleteUser(request: people.DeleteUserRequest, call: ForwardedCall): Promise<issuer.Written>;
}

/** Lets the authority decide, and answers when this region shows what it decided. */
export async function decidedThere<T extends issuer.Written | { readonly written?: issuer.Written | undefined }>(
  ctx: IssuerContext,
  authority: AuthorityPeer,
  call: IssuerCall,
  ask: (authority: AuthorityPeer) => Promise<T>,
): Promise<T> {
  const answer = await ask(authority);
  await feltHere(ctx, 'freshness' in answer ? answer.freshness : answer.written?.freshness, call.signal);
  return answer;
}
