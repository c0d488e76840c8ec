import type { Revision } from '@mintmark/domain';
import type { ListQuery } from './view.ts';

/** Where a record stands in the orders of its table. */
export interface Position {
  readonly createIndex: Revision;
  readonly id: string;
}

/** The query that goes on with what stands there, which is listed first. */
export function beginningAt(query: ListQuery, { createIndex, id }: Position, limit: number): ListQuery {
  return query.order === 'id' ? { ...query, from: id, limit } : { ...query, from: { createIndex, id }, limit };
}
