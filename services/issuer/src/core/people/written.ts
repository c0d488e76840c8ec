import { type issuer, toWire } from '@mintmark/contract';
import { type LiveRecord, NO_REVISION } from '@mintmark/domain';
import { withoutSealed } from '../answer.ts';
import type { Committed } from '../commit.ts';

/** The answer to a write of a record, which must hold nothing that only issuers may see. */
export function recordWritten({ index, freshness }: Committed, record: LiveRecord): issuer.RecordWritten {
  const createIndex = record.createIndex === NO_REVISION ? index : record.createIndex;
  return { written: { index, freshness }, record: toWire(withoutSealed({ ...record, createIndex } as never)), modifyIndex: index };
}
