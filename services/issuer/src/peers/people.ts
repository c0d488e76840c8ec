import type { issuer } from '@mintmark/contract';
import { callPeer } from '@mintmark/kit/rpc';
import type { PeoplePeer } from '../core/people/authority.ts';
import type { Forwarding } from './forwarding.ts';

/** What the authority decides about organizations and people, over gRPC. */
export function peoplePeer(client: issuer.IssuerClient, options: Forwarding): PeoplePeer {
  return {
    upsertOrganization: (request, call) => callPeer(client, 'upsertOrganization', request, options(call, 'write')),
    deleteOrganization: (request, call) => callPeer(client, 'deleteOrganization', request, options(call, 'write')),
    upsertUser: (request, call) => callPeer(client, 'upsertUser', request, options(call, 'write')),
    deleteUser: (request, call) => callPeer(client, 'deleteUser', request, options(call, 'write')),
    createSession: (request, call) => callPeer(client, 'createSession', request, options(call, 'write', 'login')),
    finishSignIn: (request, call) => callPeer(client, 'finishSignIn', request, options(call, 'write', 'login')),
    beginSignIn: (request, call) => callPeer(client, 'beginSignIn', request, options(call, 'read', 'login')),
    endSession: (request, call) => callPeer(client, 'endSession', request, options(call, 'write')),
    endUserSessions: (request, call) => callPeer(client, 'endUserSessions', request, options(call, 'write')),
    putSetting: (request, call) => callPeer(client, 'putSetting', request, options(call, 'write')),
    identifyPerson: (request, call) => callPeer(client, 'identifyPerson', request, options(call, 'read')),
    createPersonalToken: (request, call) => callPeer(client, 'createPersonalToken', request, options(call, 'write')),
    revokePersonalToken: (request, call) => callPeer(client, 'revokePersonalToken', request, options(call, 'write')),
    revokeLeaked: (request, call) => callPeer(client, 'revokeLeaked', request, options(call, 'write')),
    reportUses: (request, call) => callPeer(client, 'reportUses', request, options(call, 'write')),
  };
}
