import { type LiveEntry, Refusal } from '@mintmark/domain';
import { type Caller, callerOf, isForeign } from '../caller.ts';
import type { Exchange } from '../exchange.ts';
import { enterRead } from '../read-gate.ts';
import { arrived, rolesOf, tokenById, within } from '../reading.ts';
import { accessorIdOf } from '../request/accessor.ts';
import { type Answer, jsonText } from '../response/answer.ts';
import { permissionDenied } from '../response/refusals.ts';
import { tokenJson } from '../response/token-json.ts';
import type { AclServices } from '../services.ts';
import { type Found, singleRead } from '../single-read.ts';
import { tokenReaderOf } from '../token-reader.ts';
import { aclApi, READ_QUERY } from '../api.ts';

export const READ_TOKEN_API = aclApi('Read a token', { query: READ_QUERY });

/** `GET /v1/acl/token/:accessor_id`: one token, for itself or for whoever may read it (specs 1.5). */
export async function readToken(services: AclServices, exchange: Exchange): Promise<Answer> {
  const entered = await enterRead(services, exchange);
  if ('relayed' in entered) return entered.relayed;
  const asked = exchange.accessor.toLowerCase();
  const authorize = async (): Promise<Caller> => {
    const caller = await callerOf(services.authenticator, exchange, true);
    if (caller === undefined) throw permissionDenied();
    if (!(caller.management || caller.token.record.id === asked)) await mustBeReadable(services, exchange, asked);
    return caller;
  };
  await authorize();
  const id = accessorIdOf(asked);
  const found = await singleRead<'token', Caller>(services, exchange, {
    query: entered.query,
    topics: [{ kind: 'token', id }],
    key: `token ${id}`,
    authorize,
    look: () => tokenById(services, id, exchange),
    otherwise: async (caller) => {
      const own = caller.token.record.id === id && isForeign(caller);
      return own ? arrived(services, id, exchange, authorize) : undefined;
    },
  });
  return answerOf(services, exchange, found);
}

/** For those who may read some tokens: a token that is not there, or not for them, is denied alike. */
async function mustBeReadable(services: AclServices, exchange: Exchange, asked: string): Promise<void> {
  const { mayRead } = await tokenReaderOf(services, exchange);
  const { value } = await tokenById(services, asked, exchange);
  if (value === undefined || mayRead?.(value) === false) throw permissionDenied();
}

async function answerOf(services: AclServices, exchange: Exchange, { caller, entry, meta }: Found<'token', Caller>): Promise<Answer> {
  if (entry === undefined) return { kind: 'missing', message: 'ACL token not found', meta };
  const roles = await within(services, exchange.signal, (signal) => rolesOf(services.view, entry, signal));
  try {
    const text = jsonText(tokenJson(entry, await secretOf(services, exchange, caller, entry), roles), exchange.pretty);
    return { kind: 'json', text, meta };
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not_found') return { kind: 'missing', message: error.message, meta };
    throw error;
  }
}

/** The caller's own secret is shown as it was presented; another's can only be opened by the issuer. */
async function secretOf(services: AclServices, exchange: Exchange, caller: Caller, token: LiveEntry<'token'>): Promise<string> {
  const { id } = token.record;
  if (caller.token.record.id === id) return caller.secret;
  return (await services.issuer.revealSecret({ accessorId: id }, exchange.call())).secretId;
}
