import type { LiveEntry } from '@mintmark/domain';
import { readFilter } from '../../filter/read.ts';
import type { Field } from '../../filter/schema.ts';
import type { Topic } from '../../../core/types.ts';
import type { Exchange } from '../exchange.ts';
import { listAnswer } from '../list-answer.ts';
import { type Listing, listRecords } from '../listing.ts';
import { enterRead } from '../read-gate.ts';
import { idPrefixOf } from '../request/accessor.ts';
import { flagOf, type ReadQuery } from '../request/query.ts';
import type { Answer } from '../response/answer.ts';
import { tokenStub, ttlText } from '../response/token-json.ts';
import type { AclServices } from '../services.ts';
import { type TokenReader, tokenReaderOf } from '../token-reader.ts';
import { aclApi, LIST_QUERY } from '../api.ts';

type Token = LiveEntry<'token'>;

export const LIST_TOKENS_API = aclApi('Tokens, without their secrets', { query: { ...LIST_QUERY, global: '`true`: the global ones alone' }, gives: 'object[]' });

/** `GET /v1/acl/tokens`: the region's tokens, its own and the global ones, without secrets (specs 1.2). */
export async function listTokens(services: AclServices, exchange: Exchange): Promise<Answer> {
  const globalOnly = flagOf(exchange.parameters, 'global');
  const entered = await enterRead(services, exchange);
  if ('relayed' in entered) return entered.relayed;
  const { query } = entered;
  const authorize = () => tokenReaderOf(services, exchange);
  await authorize();
  const listing = listingOf(query, globalOnly, exchange.pretty);
  return listAnswer(services, exchange, {
    query,
    topics: [topicOf(listing, globalOnly)],
    authorize,
    list: (reader) => listRecords(services, readableBy(reader, listing), exchange.signal),
    shared: ({ management }) => (management ? keyOf(query, globalOnly, exchange.pretty) : undefined),
  });
}

/** What the caller may not read is not there for it. */
function readableBy({ mayRead }: TokenReader, listing: Listing<'token'>): Listing<'token'> {
  if (mayRead === undefined) return listing;
  const { matches } = listing;
  return { ...listing, matches: (token) => mayRead(token) && (matches?.(token) ?? true) };
}

/** Changes outside the prefix, and of local tokens where only global ones are listed, wake nobody (P4). */
function topicOf({ prefix }: Listing<'token'>, globalOnly: boolean): Topic {
  return { kind: 'token', ...(prefix === '' ? {} : { prefix }), ...(globalOnly ? { scope: 'global' } : {}) };
}

function keyOf({ prefix, perPage, nextToken, filter, reverse }: ReadQuery, globalOnly: boolean, pretty: boolean): string {
  return JSON.stringify(['tokens', prefix, perPage, nextToken, filter, reverse, globalOnly, pretty]);
}

function listingOf(query: ReadQuery, globalOnly: boolean, pretty: boolean): Listing<'token'> {
  const { perPage, reverse, nextToken } = query;
  const prefix = query.prefix === '' ? '' : idPrefixOf(query.prefix);
  const order = query.prefix === '' ? 'created' : 'id';
  const filter = query.filter === '' ? undefined : readFilter(query.filter, FILTERABLE);
  const matches = (token: Token): boolean => (!globalOnly || token.record.scope === 'global') && (filter?.(filterable(token)) ?? true);
  return { kind: 'token', show: tokenStub, order, prefix, reverse, perPage, cursor: nextToken, pretty, ...(globalOnly || filter !== undefined ? { matches } : {}) };
}

/** What filters can name: the whole token, its secret excepted. */
export const FILTERABLE: Field = {
  type: 'object',
  members: {
    ...Object.fromEntries(['AccessorID', 'Name', 'Type', 'Hash'].map((name): [string, Field] => [name, { type: 'string' }])),
    Policies: { type: 'list', of: { type: 'string' } },
    Roles: { type: 'list', of: { type: 'object', members: { ID: { type: 'string' }, Name: { type: 'string' } } } },
    Global: { type: 'bool' },
    CreateTime: { type: 'time' },
    ExpirationTime: { type: 'time' },
    ExpirationTTL: { type: 'duration' },
    CreateIndex: { type: 'integer' },
    ModifyIndex: { type: 'integer' },
  },
};

function filterable(token: Token): unknown {
  return { ...tokenStub(token), ExpirationTTL: ttlText(token) };
}
