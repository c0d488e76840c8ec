import { type Revision, revision } from '@mintmark/domain';
import type { ListQuery } from '@mintmark/view';

type Order = 'created' | 'id';

/** Where a listing begins, in its order. `end`: behind everything. */
export type Start =
  | { readonly at: 'start' }
  | { readonly at: 'end' }
  | { readonly at: 'created'; readonly createIndex: Revision; readonly id: string }
  | { readonly at: 'id'; readonly id: string };

/**
 * Reads a cursor (specs 2.4): the first item of the page. What is no cursor is a text like any other and stands where it would sort: below the digits
 * that cursors start with, or above.
 */
export function startOf(cursor: string, order: Order, reverse: boolean): Start {
  if (cursor === '') return { at: 'start' };
  if (order === 'id') return { at: 'id', id: cursor.toLowerCase() };
  const match = /^(\d{1,20})(?:\.(.*))?$/s.exec(cursor);
  if (match === null) return { at: cursor < '0' === reverse ? 'end' : 'start' };
  const index = Math.min(Number(match[1]), Number.MAX_SAFE_INTEGER);
  return { at: 'created', createIndex: revision(index), id: (match[2] ?? '').toLowerCase() };
}

/** The view's query for a page of at most `limit` that begins there; `undefined` where nothing can follow. */
export function pageQuery(
  start: Start,
  about: { readonly order: Order; readonly prefix: string; readonly reverse: boolean; readonly limit: number },
): ListQuery | undefined {
  const { order, prefix, reverse, limit } = about;
  if (start.at === 'end') return undefined;
  if (order === 'created') {
    return { order, reverse, limit, ...(start.at === 'created' ? { from: { createIndex: start.createIndex, id: start.id } } : {}) };
  }
  const query = { order, prefix, reverse, limit } as const;
  if (start.at !== 'id') return query;
  if (start.id.startsWith(prefix)) return { ...query, from: start.id };
  return start.id < prefix === reverse ? undefined : query;
}

/** The cursor of an item. */
export function cursorOf(order: Order, item: { readonly createIndex: number; readonly id: string }): string {
  return order === 'id' ? item.id : `${item.createIndex}.${item.id}`;
}
