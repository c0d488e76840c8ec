import type { IncomingHttpHeaders } from 'node:http';
import { type LiveEntry, laterOf } from '@mintmark/domain';
import type { DirectAnswer } from '@mintmark/kit/http';
import type { Read } from '@mintmark/view';
import { type Caller, callerOf, isForeign } from '../caller.ts';
import type { Exchange } from '../exchange.ts';
import { enterRead } from '../read-gate.ts';
import { arrived, rolesOf, tokenById, within } from '../reading.ts';
import { PLAIN, type ReadQuery } from '../request/query.ts';
import { type Answer, jsonAnswer, jsonText, readMeta } from '../response/answer.ts';
import { permissionDenied } from '../response/refusals.ts';
import { ANONYMOUS_TOKEN, selfText, tokenJson } from '../response/token-json.ts';
import { RELAYED_TO } from '../relay.ts';
import type { AclServices } from '../services.ts';
import { ANONYMOUS_POLICY } from '../viewer.ts';
import { presentedSecret } from '../../credential.ts';
import { aclApi, READ_QUERY } from '../api.ts';

type Token = LiveEntry<'token'>;
type JsonAnswer = Extract<Answer, { readonly kind: 'json' }>;

export const READ_SELF_API = aclApi('Read the own token', { query: READ_QUERY, security: ['', 'aclToken', 'aclBearer'] });

/** `GET /v1/acl/token/self`: the token whose secret is presented (specs 1.6). */
export async function readSelf(services: AclServices, exchange: Exchange): Promise<Answer> {
  const entered = await enterRead(services, exchange);
  if ('relayed' in entered) return entered.relayed;
  const caller = await callerOf(services.authenticator, exchange, true);
  if (caller === undefined) return anonymous(services, exchange, entered.query);
  return atOnce(services, caller, entered.query, exchange.pretty) ?? fromView(services, exchange, caller, entered.query);
}

/** The same where the request says nothing but whose token it is, and the cache knows the token. */
export function selfAtHand(services: AclServices, headers: IncomingHttpHeaders): DirectAnswer | undefined {
  if (headers['x-mintmark-freshness'] !== undefined || headers[RELAYED_TO] !== undefined) return undefined;
  const known = services.authenticator.fromCache(presentedSecret(headers));
  if (known?.outcome !== 'authenticated') return undefined;
  const answer = atOnce(services, known, PLAIN, false);
  return answer === undefined ? undefined : jsonAnswer(answer.text, answer.meta);
}

/** What authentication has shown already is the answer, unless there is something to wait for or to look up. */
function atOnce({ feed, directory }: AclServices, caller: Pick<Caller, 'token' | 'secret'>, query: ReadQuery, pretty: boolean): JsonAnswer | undefined {
  const { token, secret } = caller;
  const { position, live } = feed.state();
  if (position === undefined || !live || query.index >= token.revision) return undefined;
  if (token.record.body.roleIds.length > 0 || isForeign(caller)) return undefined;
  const { incarnation, revision } = position;
  const watermark = { source: { region: directory.region, incarnation }, revision: laterOf(revision, token.revision) };
  const text = pretty ? jsonText(tokenJson(token, secret, []), true) : selfText(token, secret);
  return { kind: 'json', text, meta: readMeta(feed, watermark, token.revision) };
}

async function fromView(services: AclServices, exchange: Exchange, first: Caller, query: ReadQuery): Promise<Answer> {
  const { id } = first.token.record;
  const authorize = async (): Promise<Caller> => {
    const caller = await callerOf(services.authenticator, exchange, true);
    if (caller?.token.record.id !== id) throw permissionDenied();
    return caller;
  };
  const read = async (_caller: Caller, again: boolean): Promise<{ index: number; value: Read<Token> }> => {
    const look = () => tokenById(services, id, exchange);
    const { value: token, ...seen } = await (again ? services.shared.read(`token ${id}`, look) : look());
    const value = token === undefined ? await arrived(services, id, exchange, authorize) : { ...seen, value: token };
    return { index: value.value.revision, value };
  };
  const { caller, result } = await services.blocking.run(
    { index: query.index, waitMs: query.waitMs, topics: [{ kind: 'token', id }], authorize, read },
    exchange,
  );
  const { value: token, watermark } = result.value;
  const roles = await within(services, exchange.signal, (signal) => rolesOf(services.view, token, signal));
  return { kind: 'json', text: jsonText(tokenJson(token, caller.secret, roles), exchange.pretty), meta: readMeta(services.feed, watermark, token.revision) };
}

/** Whoever presents nothing is the anonymous token, as long as a policy of that name exists. */
async function anonymous(services: AclServices, exchange: Exchange, query: ReadQuery): Promise<Answer> {
  const look = () => within(services, exchange.signal, (signal) => services.view.get('policy', ANONYMOUS_POLICY, { signal }));
  const read = async () => {
    const policy = await look();
    if (policy.value === undefined) throw permissionDenied();
    return { index: 0, value: policy.watermark };
  };
  const topics = [{ kind: 'policy', id: ANONYMOUS_POLICY }] as const;
  const { result } = await services.blocking.run({ index: query.index, waitMs: query.waitMs, topics, authorize: async () => ({}), read }, exchange);
  return { kind: 'json', text: jsonText(ANONYMOUS_TOKEN, exchange.pretty), meta: readMeta(services.feed, result.value, 0) };
}
