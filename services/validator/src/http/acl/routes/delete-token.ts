import type { Exchange } from '../exchange.ts';
import type { Answer } from '../response/answer.ts';
import { writtenMeta } from '../response/written.ts';
import type { AclServices } from '../services.ts';
import { aclApi } from '../api.ts';

export const DELETE_TOKEN_API = aclApi('Delete a token', { gives: 'none', status: 200 });

/** `DELETE /v1/acl/token/:accessor_id` (specs 1.7). */
export async function deleteToken(services: AclServices, exchange: Exchange): Promise<Answer> {
  const relayed = await services.relay.relayed(exchange);
  if (relayed !== undefined) return relayed;
  await services.freshness.pass(exchange);
  const written = await services.issuer.deleteToken({ accessorId: exchange.accessor }, exchange.call());
  return { kind: 'empty', meta: writtenMeta(written) };
}
