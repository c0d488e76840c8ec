import { type LiveEntry, Refusal } from '@mintmark/domain';
import type { ValidatorContext } from '../../context.ts';
import { listRecords } from '../acl/listing.ts';
import { isPretty, parametersOf, readQueryOf } from '../acl/request/query.ts';
import { readFilter } from '../filter/read.ts';
import type { Field } from '../filter/schema.ts';
import { notForYou, type Reader } from './reader.ts';
import type { Answer, Exchange } from './serve.ts';

/** A kind of record as its list shows it. */
export interface ListedKind<K extends 'user' | 'organization'> {
  readonly kind: K;
  readonly show: (entry: LiveEntry<K>) => object;
  /** What filters can name. */
  readonly fields: Field;
  /** What filters look at; absent: what is shown. */
  readonly row?: (entry: LiveEntry<K>) => object;
  /** The resource whose name says who may read the record; of `undefined`, all of the kind. */
  readonly resource: (entry: LiveEntry<K> | undefined) => string;
}

/**
 * A list that pages as `GET /v1/acl/tokens` does: `per_page`, `next_token` (told in `X-Nomad-NextToken`), `filter`, `prefix` of the id, `reverse`; in the order
 * of creation. What the reader may not read is not there for it, and counts for no page.
 */
export async function listAnswer<K extends 'user' | 'organization'>(ctx: ValidatorContext, { request, reply, signal }: Exchange, reader: Reader, about: ListedKind<K>): Promise<Answer> {
  const { kind, show, fields, resource, row = show } = about;
  const parameters = parametersOf(request.url);
  const { prefix, perPage, nextToken: cursor, filter, reverse } = readQueryOf(parameters);
  const wanted = filter === '' ? undefined : readFilter(filter, fields);
  let readable = reader.mayRead(resource(undefined));
  const matches = (entry: LiveEntry<K>): boolean => {
    if (!reader.mayRead(resource(entry))) return false;
    readable = true;
    return wanted?.(row(entry)) ?? true;
  };
  const place = prefix === '' ? { order: 'created', prefix: '' } as const : { order: 'id', prefix: prefixIn(prefix) } as const;
  const { body, nextToken, index } = await listRecords(ctx, { kind, show, ...place, reverse, perPage, cursor, pretty: isPretty(parameters), matches }, signal);
  if (!readable) throw notForYou();
  reply.header('x-nomad-index', String(index));
  if (nextToken !== undefined) reply.header('x-nomad-nexttoken', nextToken);
  return { status: 200, text: body };
}

function prefixIn(text: string): string {
  if (!/^[0-9a-f-]{1,36}$/i.test(text)) throw new Refusal('invalid_argument', 'prefix must be the beginning of an id');
  return text.toLowerCase();
}
