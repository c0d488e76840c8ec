import { Refusal } from '@mintmark/domain';
import type { Exchange } from '../exchange.ts';
import { policyInputOf, versionInputOf } from '../request/grant-input.ts';
import { pathPart } from '../request/path.ts';
import { type Answer, jsonText } from '../response/answer.ts';
import { policyJson } from '../response/grant-json.ts';
import { writtenEntry, writtenMeta } from '../response/written.ts';
import type { AclServices } from '../services.ts';
import { aclApi } from '../api.ts';

/** Which sort of policy this surface is about. */
const APPLIES = 'holders';

export const UPSERT_POLICY_API = aclApi('Write a policy', { body: { Name: 'string', 'Description?': 'string', Rules: 'string' }, gives: 'any' });

/** `POST|PUT /v1/acl/policy/:name`: writes a policy, whether there is one or not (specs 1.10). The authority decides, whatever region is asked for. */
export async function upsertPolicy(services: AclServices, exchange: Exchange): Promise<Answer> {
  const policy = policyInputOf(exchange.body);
  if (policy.name !== pathPart(exchange, 'name')) throw new Refusal('invalid_argument', 'ACL policy name does not match request path');
  await services.freshness.pass(exchange);
  const { written } = await services.issuer.upsertPolicy({ policy, applies: APPLIES }, exchange.call());
  return { kind: 'empty', meta: writtenMeta(written) };
}

export const DELETE_POLICY_API = aclApi('Delete a policy', { gives: 'none', status: 200 });

/** `DELETE /v1/acl/policy/:name`: also one that does not exist. */
export async function deletePolicy(services: AclServices, exchange: Exchange): Promise<Answer> {
  await services.freshness.pass(exchange);
  const written = await services.issuer.deletePolicy({ name: pathPart(exchange, 'name'), applies: APPLIES }, exchange.call());
  return { kind: 'empty', meta: writtenMeta(written) };
}

export const RESTORE_POLICY_API = aclApi('Bring back a kept text of a policy', { body: { Version: 'integer' } });

/** `POST|PUT /v1/acl/policy/:name/restore`: writes a past text again and answers with the policy. */
export async function restorePolicy(services: AclServices, exchange: Exchange): Promise<Answer> {
  const version = versionInputOf(exchange.body);
  await services.freshness.pass(exchange);
  const answer = await services.issuer.restorePolicy({ name: pathPart(exchange, 'name'), version, applies: APPLIES }, exchange.call());
  return { kind: 'json', text: jsonText(policyJson(writtenEntry('policy', answer)), exchange.pretty), meta: writtenMeta(answer.written) };
}
