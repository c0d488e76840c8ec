import type { Exchange } from '../exchange.ts';
import { listAnswer } from '../list-answer.ts';
import { type Listed, listOf, listRecords } from '../listing.ts';
import { enterRead } from '../read-gate.ts';
import type { Answer } from '../response/answer.ts';
import { roleJson } from '../response/grant-json.ts';
import type { AclServices } from '../services.ts';
import { floored, ownList, roleTopics, type Viewer, viewerOf } from '../viewer.ts';
import { aclApi, LIST_QUERY } from '../api.ts';

export const LIST_ROLES_API = aclApi('Roles, or those that the caller has', { query: LIST_QUERY, gives: 'object[]' });

/** `GET /v1/acl/roles`: all roles for management, else those that the caller's token links to (specs 1.11). */
export async function listRoles(services: AclServices, exchange: Exchange): Promise<Answer> {
  const entered = await enterRead(services, exchange);
  if ('relayed' in entered) return entered.relayed;
  const { prefix } = entered.query;
  const authorize = () => viewerOf(services, exchange);
  const viewer = await authorize();
  return listAnswer(services, exchange, {
    query: entered.query,
    topics: viewer.management ? [{ kind: 'role', ...(prefix === '' ? {} : { prefix }) }] : roleTopics(viewer),
    authorize,
    list: async (now) => floored(await listFor(services, exchange, now, prefix)),
    shared: ({ management }) => (management ? JSON.stringify(['roles', prefix, exchange.pretty]) : undefined),
  });
}

async function listFor(services: AclServices, exchange: Exchange, viewer: Viewer, prefix: string): Promise<Listed> {
  const about = { kind: 'role', show: roleJson, pretty: exchange.pretty } as const;
  if (viewer.management) return listRecords(services, { ...about, order: 'id', prefix, reverse: false, perPage: 0, cursor: '' }, exchange.signal);
  const ids = viewer.roleIds.filter((id) => id.startsWith(prefix));
  return ownList(viewer, await listOf(services, about, ids, exchange.signal));
}
