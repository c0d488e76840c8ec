import { fromWire } from '@mintmark/contract';
import { liveOf, revision } from '@mintmark/domain';
import type { Exchange } from '../exchange.ts';
import { type Answer, jsonText } from '../response/answer.ts';
import { incomplete, writtenMeta } from '../response/written.ts';
import type { AclServices } from '../services.ts';
import { aclApi } from '../api.ts';

export const CREATE_ONE_TIME_TOKEN_API = aclApi('Create a single-use secret for the own token');

/** `POST|PUT /v1/acl/token/onetime`: a single-use secret for the caller's own token (specs 1.8). The body does not matter. */
export async function createOneTimeToken(services: AclServices, exchange: Exchange): Promise<Answer> {
  const relayed = await services.relay.relayed(exchange);
  if (relayed !== undefined) return relayed;
  await services.freshness.pass(exchange);
  const { written, record, modifyIndex, oneTimeSecret } = await services.issuer.createOneTimeToken({}, exchange.call());
  const at = revision(modifyIndex);
  const token = record === undefined ? undefined : liveOf({ revision: at, record: fromWire(record, at) }, 'one_time_token');
  if (token === undefined) throw incomplete();
  const meta = writtenMeta(written);
  const said = {
    OneTimeSecretID: oneTimeSecret,
    AccessorID: token.record.id,
    ExpiresAt: token.record.body.expiresAt,
    CreateIndex: token.record.createIndex,
    ModifyIndex: modifyIndex,
  };
  return { kind: 'json', text: jsonText({ Index: meta.index, OneTimeToken: said }, exchange.pretty), meta };
}
