import type { people } from '@mintmark/contract';
import type { unary } from '@mintmark/kit/rpc';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { deleteOrganization } from './delete-organization.ts';
import { createSession } from './create-session.ts';
import { createPersonalToken } from './create-personal-token.ts';
import { beginSignIn } from './begin-sign-in.ts';
import { finishSignIn } from './finish-sign-in.ts';
import { identifyPerson } from './identify-person.ts';
import { reportUses } from './report-uses.ts';
import { revokeLeaked } from './revoke-leaked.ts';
import { revokePersonalToken } from './revoke-personal-token.ts';
import { deleteUser } from './delete-user.ts';
import { endSession } from './end-session.ts';
import { endUserSessions } from './end-user-sessions.ts';
import { putSetting } from './put-setting.ts';
import { upsertOrganization } from './upsert-organization.ts';
import { upsertUser } from './upsert-user.ts';

/** Makes a method of the service out of a decision. */
export type MethodOf = <Request, Response>(
  name: string,
  decide: (request: Request, call: IssuerCall) => Promise<Response>,
) => ReturnType<typeof unary<Request, Response>>;

/** The methods about organizations and people. */
export function peopleMethods(ctx: IssuerContext, method: MethodOf) {
  return {
    upsertOrganization: method('UpsertOrganization', (request: people.UpsertOrganizationRequest, call) => upsertOrganization(ctx, request, call)),
    deleteOrganization: method('DeleteOrganization', (request: people.DeleteOrganizationRequest, call) => deleteOrganization(ctx, request, call)),
    upsertUser: method('UpsertUser', (request: people.UpsertUserRequest, call) => upsertUser(ctx, request, call)),
    deleteUser: method('DeleteUser', (request: people.DeleteUserRequest, call) => deleteUser(ctx, request, call)),
    createSession: method('CreateSession', (request: people.CreateSessionRequest, call) => createSession(ctx, request, call)),
    beginSignIn: method('BeginSignIn', (request: people.BeginSignInRequest, call) => beginSignIn(ctx, request, call)),
    finishSignIn: method('FinishSignIn', (request: people.FinishSignInRequest, call) => finishSignIn(ctx, request, call)),
    endSession: method('EndSession', (request: people.EndSessionRequest, call) => endSession(ctx, request, call)),
    endUserSessions: method('EndUserSessions', (request: people.EndUserSessionsRequest, call) => endUserSessions(ctx, request, call)),
    putSetting: method('PutSetting', (request: people.PutSettingRequest, call) => putSetting(ctx, request, call)),
    identifyPerson: method('IdentifyPerson', (request: people.IdentifyPersonRequest, call) => identifyPerson(ctx, request, call)),
    createPersonalToken: method('CreatePersonalToken', (request: people.CreatePersonalTokenRequest, call) => createPersonalToken(ctx, request, call)),
    revokePersonalToken: method('RevokePersonalToken', (request: people.RevokePersonalTokenRequest, call) => revokePersonalToken(ctx, request, call)),
    revokeLeaked: method('RevokeLeaked', (request: people.RevokeLeakedRequest, call) => revokeLeaked(ctx, request, call)),
    reportUses: method('ReportUses', (request: people.ReportUsesRequest, call) => reportUses(ctx, request, call)),
  };
}
