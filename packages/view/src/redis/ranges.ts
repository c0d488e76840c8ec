import type { ListQuery } from '../view.ts';
import type { Argument } from './connection.ts';

/** The two bounds that the function `list` takes, in the order of its direction. */
export function bounds(query: ListQuery): readonly [Argument, Argument] {
  if (query.order === 'created') return query.from === undefined ? ['', ''] : [query.from.createIndex, query.from.id];
  const prefix = Buffer.from(query.prefix ?? '');
  const from = query.from === undefined ? undefined : Buffer.from(query.from);
  return query.reverse === true ? downwards(prefix, from) : upwards(prefix, from);
}

function upwards(prefix: Buffer, from: Buffer | undefined): readonly [Argument, Argument] {
  const start = from !== undefined && Buffer.compare(from, prefix) > 0 ? from : prefix;
  return [start.length === 0 ? '-' : inclusive(start), prefix.length === 0 ? '+' : end(prefix)];
}

function downwards(prefix: Buffer, from: Buffer | undefined): readonly [Argument, Argument] {
  const within = from !== undefined && Buffer.compare(from, Buffer.concat([prefix, ABOVE])) < 0;
  const start = within ? inclusive(from) : prefix.length === 0 ? '+' : end(prefix);
  return [start, prefix.length === 0 ? '-' : inclusive(prefix)];
}

/** No UTF-8 text has this byte: it sorts above all. */
const ABOVE = Buffer.from([0xff]);

function inclusive(bound: Buffer): Buffer {
  return Buffer.concat([Buffer.from('['), bound]);
}

function end(prefix: Buffer): Buffer {
  return Buffer.concat([Buffer.from('('), prefix, ABOVE]);
}
