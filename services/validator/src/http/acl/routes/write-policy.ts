import { Refusal } from '@mintmark/domain';
import type { Exchange } from '../exchange.ts';
import { policyInputOf, versionInputOf } from '../request/grant-input.ts';
import { pathPart } from '../request/path.ts';
import { type Answer, jsonText } from '../response/answer.ts';
import { policyJson } from '../response/grant-json.ts';
import { writtenEntry, writtenMeta } from '../response/written.ts';
import type { AclServices } from '../services.ts';

/** Which sort of policy this surface is about. */
const APPLIES = 'holders';

/** `POST|PUT /v1/acl/policy/:name`: writes a policy, whether there is one or not (specs 1.10). The authority decides, whatever region is asked for. */
export async function upsertPolicy(services: AclServices, exchange: Exchange): Promise<Answer> {
  const policy = policyInputOf(exchange.body);
  if (policy.name !== pathPart(exchange, 'name')) throw new Refusal('invalid_argument', 'ACL policy name does not match request path');
  await services.freshness.pass(exchange);
  const { written } = await services.issuer.upsertPolicy({ policy, applies: APPLIES }, exchange.call());
  return { kind: 'empty', meta: writtenMeta(written) };
}

/** `DELETE /v1/acl/policy/:name`: also one that does not exist. */
export async function deletePolicy(services: AclServices, exchange: Exchange): Promise<Answer> {
  await services.freshness.pass(exchange);
  const written = await services.issuer.deletePolicy({ name: pathPart(exchange, 'name'), applies: APPLIES }, exchange.call());
  return { kind: 'empty', meta: writtenMeta(written) };
}

/** `POST|PUT /v1/acl/policy/:name/restore`: writes a past text again and answers with the policy. */
export async function restorePolicy(services: AclServices, exchange: Exchange): Promise<Answer> {
  const version = versionInputOf(exchange.body);
  await services.freshness.pass(exchange);
  const answer = await services.issuer.restorePolicy({ name: pathPart(exchange, 'name'), version, applies: APPLIES }, exchange.call());
  return { kind: 'json', text: jsonText(policyJson(writtenEntry('policy', answer)), exchange.pretty), meta: writtenMeta(answer.written) };
}
