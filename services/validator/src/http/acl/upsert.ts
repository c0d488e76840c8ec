import type { issuer } from '@mintmark/contract';
import type { Exchange } from './exchange.ts';
import { type Answer, jsonText } from './response/answer.ts';
import { writtenMeta, writtenToken } from './response/written.ts';
import type { AclServices } from './services.ts';

/** Writes a token where it belongs: a global one at the authority, whatever `region` says, any other in the region asked for. */
export async function upsert(services: AclServices, exchange: Exchange, token: issuer.TokenInput): Promise<Answer> {
  const relayed = token.global === true ? undefined : await services.relay.relayed(exchange);
  if (relayed !== undefined) return relayed;
  await services.freshness.pass(exchange);
  const answer = await services.issuer.upsertToken({ token }, exchange.call());
  return { kind: 'json', text: jsonText(writtenToken(answer), exchange.pretty), meta: writtenMeta(answer.written) };
}
