import type { issuer, people } from '@mintmark/contract';
import { callPeer } from '@mintmark/kit/rpc';
import type { IssuerCall } from '../core/types.ts';

type Options = (call: IssuerCall) => Parameters<typeof callPeer>[3];

/** What the region's issuer does about organizations and people. Every method throws `Refusal`. */
export interface PeopleCalls {
  upsertOrganization(request: people.UpsertOrganizationRequest, call: IssuerCall): Promise<issuer.RecordWritten>;
  deleteOrganization(request: people.DeleteOrganizationRequest, call: IssuerCall): Promise<issuer.Written>;
  upsertUser(request: people.UpsertUserRequest, call: IssuerCall): Promise<issuer.RecordWritten>;
  identifyPerson(request: people.IdentifyPersonRequest, call: IssuerCall): Promise<people.IdentifyPersonResponse>;
  createPersonalToken(request: people.CreatePersonalTokenRequest, call: IssuerCall): Promise<issuer.SecretWritten>;
  revokePersonalToken(request: people.RevokePersonalTokenRequest, call: IssuerCall): Promise<issuer.RecordWritten>;
  revokeLeaked(request: people.RevokeLeakedRequest, call: IssuerCall): Promise<issuer.RevokeLeakedResponse>;
  reportUses(request: people.ReportUsesRequest, call: IssuerCall): Promise<people.ReportUsesResponse>;
  deleteUser(request: people.DeleteUserRequest, call: IssuerCall): Promise<issuer.Written>;
  createSession(request: people.CreateSessionRequest, call: IssuerCall): Promise<issuer.SecretWritten>;
  beginSignIn(request: people.BeginSignInRequest, call: IssuerCall): Promise<people.BeginSignInResponse>;
  finishSignIn(request: people.FinishSignInRequest, call: IssuerCall): Promise<issuer.SecretWritten>;
  endSession(request: people.EndSessionRequest, call: IssuerCall): Promise<issuer.Written>;
  endUserSessions(request: people.EndUserSessionsRequest, call: IssuerCall): Promise<issuer.Written>;
  putSetting(request: people.PutSettingRequest, call: IssuerCall): Promise<issuer.RecordWritten>;
}

export function peopleCalls(client: issuer.IssuerClient, write: Options): PeopleCalls {
  return {
    upsertOrganization: async (request, call) => callPeer(client, 'upsertOrganization', request, write(call)),
    deleteOrganization: async (request, call) => callPeer(client, 'deleteOrganization', request, write(call)),
    upsertUser: async (request, call) => callPeer(client, 'upsertUser', request, write(call)),
    deleteUser: async (request, call) => callPeer(client, 'deleteUser', request, write(call)),
    createSession: async (request, call) => callPeer(client, 'createSession', request, write(call)),
    finishSignIn: async (request, call) => callPeer(client, 'finishSignIn', request, write(call)),
    beginSignIn: async (request, call) => callPeer(client, 'beginSignIn', request, write(call)),
    endSession: async (request, call) => callPeer(client, 'endSession', request, write(call)),
    endUserSessions: async (request, call) => callPeer(client, 'endUserSessions', request, write(call)),
    putSetting: async (request, call) => callPeer(client, 'putSetting', request, write(call)),
    identifyPerson: async (request, call) => callPeer(client, 'identifyPerson', request, write(call)),
    createPersonalToken: async (request, call) => callPeer(client, 'createPersonalToken', request, write(call)),
    revokePersonalToken: async (request, call) => callPeer(client, 'revokePersonalToken', request, write(call)),
    revokeLeaked: async (request, call) => callPeer(client, 'revokeLeaked', request, write(call)),
    reportUses: async (request, call) => callPeer(client, 'reportUses', request, write(call)),
  };
}
