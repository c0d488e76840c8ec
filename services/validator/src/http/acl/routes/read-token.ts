import { type LiveEntry, type Revision, Refusal } from '@mintmark/domain';
import type { Read } from '@mintmark/view';
import { type Caller, callerOf, isForeign } from '../caller.ts';
import type { Exchange } from '../exchange.ts';
import { enterRead } from '../read-gate.ts';
import { arrived, rolesOf, tokenById, within } from '../reading.ts';
import { accessorIdOf } from '../request/accessor.ts';
import { type Answer, jsonText, readMeta } from '../response/answer.ts';
import { permissionDenied } from '../response/refusals.ts';
import { tokenJson } from '../response/token-json.ts';
import type { AclServices } from '../services.ts';

type Token = LiveEntry<'token'>;

/** `GET /v1/acl/token/:accessor_id`: one token, for management or for itself (specs 1.5). */
export async function readToken(services: AclServices, exchange: Exchange): Promise<Answer> {
  const entered = await enterRead(services, exchange);
  if ('relayed' in entered) return entered.relayed;
  const { query } = entered;
  const asked = exchange.accessor.toLowerCase();
  const authorize = async (): Promise<Caller> => {
    const caller = await callerOf(services.authenticator, exchange, true);
    if (caller === undefined || !(caller.management || caller.token.record.id === asked)) throw permissionDenied();
    return caller;
  };
  await authorize();
  const id = accessorIdOf(asked);
  const read = async (caller: Caller, again: boolean): Promise<{ index: number; value: Read<Token | undefined> }> => {
    const look = () => tokenById(services, id, exchange);
    const seen = await (again ? services.shared.read(`token ${id}`, look) : look());
    const own = caller.token.record.id === id && isForeign(caller, services.directory);
    const value = seen.value === undefined && own ? await arrived(services, id, exchange, authorize) : seen;
    return { index: indexOf(value), value };
  };
  const { caller, result } = await services.blocking.run(
    { index: query.index, waitMs: query.waitMs, topics: [{ kind: 'token', id }], authorize, read },
    exchange,
  );
  return answerOf(services, exchange, caller, result.value);
}

/** The object's own index, or the table's where there is none. */
function indexOf({ value, tableIndex }: Read<Token | undefined>): Revision {
  return value?.revision ?? tableIndex;
}

async function answerOf(services: AclServices, exchange: Exchange, caller: Caller, read: Read<Token | undefined>): Promise<Answer> {
  const meta = readMeta(services.feed, read.watermark, indexOf(read));
  const { value } = read;
  if (value === undefined) return { kind: 'missing', message: 'ACL token not found', meta };
  const roles = await within(services, exchange.signal, (signal) => rolesOf(services.view, value, signal));
  try {
    const text = jsonText(tokenJson(value, await secretOf(services, exchange, caller, value), roles), exchange.pretty);
    return { kind: 'json', text, meta };
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not_found') return { kind: 'missing', message: error.message, meta };
    throw error;
  }
}

/** The caller's own secret is shown as it was presented; another's can only be opened by the issuer. */
async function secretOf(services: AclServices, exchange: Exchange, caller: Caller, token: Token): Promise<string> {
  const { id } = token.record;
  if (caller.token.record.id === id) return caller.secret;
  return (await services.issuer.revealSecret({ accessorId: id }, exchange.call())).secretId;
}
