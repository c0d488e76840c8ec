import { Refusal } from '@mintmark/domain';
import type { Exchange } from '../exchange.ts';
import { tokenInputOf } from '../request/token-input.ts';
import type { Answer } from '../response/answer.ts';
import type { AclServices } from '../services.ts';
import { upsert } from '../upsert.ts';
import { aclApi, TOKEN_BODY } from '../api.ts';

export const UPDATE_TOKEN_API = aclApi('Replace name, type, policies and roles of a token', { body: TOKEN_BODY });

/** `POST|PUT /v1/acl/token/:accessor_id`: replaces a token's name, type, policies and roles (specs 1.4). */
export async function updateToken(services: AclServices, exchange: Exchange): Promise<Answer> {
  const input = tokenInputOf(exchange.body);
  if (input.accessorId.toLowerCase() !== exchange.accessor.toLowerCase()) {
    throw new Refusal('invalid_argument', 'ACL token accessor does not match request path');
  }
  return upsert(services, exchange, input);
}
