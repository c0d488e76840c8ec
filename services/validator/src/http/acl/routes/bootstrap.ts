import { Refusal } from '@mintmark/domain';
import type { Exchange } from '../exchange.ts';
import { jsonOf } from '../request/json.ts';
import { Members } from '../request/members.ts';
import { type Answer, jsonText } from '../response/answer.ts';
import { writtenMeta, writtenToken } from '../response/written.ts';
import type { AclServices } from '../services.ts';
import { aclApi } from '../api.ts';

export const BOOTSTRAP_API = aclApi('Create the first management token', { body: { 'BootstrapSecret?': 'string' }, security: [''] });

/** `POST|PUT /v1/acl/bootstrap`: the initial management token (specs 1.1). The authority decides, whatever region is asked for; credentials do not matter. */
export async function bootstrap(services: AclServices, exchange: Exchange): Promise<Answer> {
  const bootstrapSecret = secretOf(exchange.body);
  await services.freshness.pass(exchange);
  const answer = await services.issuer.bootstrapToken({ bootstrapSecret }, exchange.anonymousCall());
  return { kind: 'json', text: jsonText(writtenToken(answer), exchange.pretty), meta: writtenMeta(answer.written) };
}

function secretOf(body: Buffer): string {
  if (body.length === 0) return '';
  try {
    return new Members(jsonOf(body), 'request body').string('BootstrapSecret') ?? '';
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(error.code, `failed to decode request body: ${error.message}`);
    throw error;
  }
}
