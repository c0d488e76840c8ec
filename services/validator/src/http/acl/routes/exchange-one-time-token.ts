import { Refusal } from '@mintmark/domain';
import type { Exchange } from '../exchange.ts';
import { jsonOf } from '../request/json.ts';
import { Members } from '../request/members.ts';
import { type Answer, jsonText } from '../response/answer.ts';
import { writtenMeta, writtenToken } from '../response/written.ts';
import type { AclServices } from '../services.ts';
import { aclApi } from '../api.ts';

export const EXCHANGE_ONE_TIME_TOKEN_API = aclApi('The token that a single-use secret stands for', { body: { OneTimeSecretID: 'string' }, security: [''] });

/** `POST|PUT /v1/acl/token/onetime/exchange`: the token that a single-use secret stands for (specs 1.9). Needs no credential. */
export async function exchangeOneTimeToken(services: AclServices, exchange: Exchange): Promise<Answer> {
  const oneTimeSecret = new Members(jsonOf(exchange.body), 'request body').string('OneTimeSecretID') ?? '';
  if (oneTimeSecret === '') throw new Refusal('invalid_argument', 'one-time token lookup failed: missing secret: OneTimeSecretID must be given');
  const relayed = await services.relay.relayed(exchange);
  if (relayed !== undefined) return relayed;
  await services.freshness.pass(exchange);
  const answer = await services.issuer.exchangeOneTimeToken({ oneTimeSecret }, exchange.anonymousCall());
  const meta = writtenMeta(answer.written);
  return { kind: 'json', text: jsonText({ Index: meta.index, Token: writtenToken(answer) }, exchange.pretty), meta };
}
