import type { Exchange } from '../exchange.ts';
import { tokenInputOf } from '../request/token-input.ts';
import type { Answer } from '../response/answer.ts';
import type { AclServices } from '../services.ts';
import { upsert } from '../upsert.ts';
import { aclApi, TOKEN_BODY } from '../api.ts';

export const CREATE_TOKEN_API = aclApi('Create a token', { body: TOKEN_BODY });

/** `POST|PUT /v1/acl/token`: creates a token, or uploads one with ids of the caller's choice (specs 1.3). */
export async function createToken(services: AclServices, exchange: Exchange): Promise<Answer> {
  return upsert(services, exchange, tokenInputOf(exchange.body));
}
