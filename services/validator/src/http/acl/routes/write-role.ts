import type { issuer } from '@mintmark/contract';
import { Refusal } from '@mintmark/domain';
import type { Exchange } from '../exchange.ts';
import { roleInputOf } from '../request/grant-input.ts';
import { pathPart } from '../request/path.ts';
import { type Answer, jsonText } from '../response/answer.ts';
import { roleJson } from '../response/grant-json.ts';
import { writtenEntry, writtenMeta } from '../response/written.ts';
import type { AclServices } from '../services.ts';
import { aclApi, ROLE_BODY } from '../api.ts';

export const CREATE_ROLE_API = aclApi('Create a role', { body: ROLE_BODY });

/** `POST|PUT /v1/acl/role`: creates a role (specs 1.11). The authority decides, whatever region is asked for. */
export function createRole(services: AclServices, exchange: Exchange): Promise<Answer> {
  return upsert(services, exchange, roleInputOf(exchange.body));
}

export const UPDATE_ROLE_API = aclApi('Replace name, description and policies of a role', { body: ROLE_BODY });

/** `POST|PUT /v1/acl/role/:id`: replaces a role's name, description and policies. */
export async function updateRole(services: AclServices, exchange: Exchange): Promise<Answer> {
  const role = roleInputOf(exchange.body);
  if (role.id !== pathPart(exchange, 'id')) throw new Refusal('invalid_argument', 'ACL role ID does not match request path');
  return upsert(services, exchange, role);
}

export const DELETE_ROLE_API = aclApi('Delete a role', { gives: 'none', status: 200 });

/** `DELETE /v1/acl/role/:id`. */
export async function deleteRole(services: AclServices, exchange: Exchange): Promise<Answer> {
  await services.freshness.pass(exchange);
  const written = await services.issuer.deleteRole({ id: pathPart(exchange, 'id') }, exchange.call());
  return { kind: 'empty', meta: writtenMeta(written) };
}

async function upsert(services: AclServices, exchange: Exchange, role: issuer.RoleInput): Promise<Answer> {
  await services.freshness.pass(exchange);
  const answer = await services.issuer.upsertRole({ role }, exchange.call());
  return { kind: 'json', text: jsonText(roleJson(writtenEntry('role', answer)), exchange.pretty), meta: writtenMeta(answer.written) };
}
