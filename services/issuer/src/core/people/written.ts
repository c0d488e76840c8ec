import { type issuer, toWire } from '@mintmark/contract';
import { type LiveRecord, type MintRecord, NO_REVISION } from '@mintmark/domain';
import { withoutSealed } from '../answer.ts';
import type { Committed } from '../commit.ts';

/** Stands for a password hash outside the issuer: that there is one. */
const SOME_HASH = '*';

/** The answer to a write of a record, without what only issuers may see. */
export function recordWritten({ index, freshness }: Committed, record: LiveRecord): issuer.RecordWritten {
  const createIndex = record.createIndex === NO_REVISION ? index : record.createIndex;
  return { written: { index, freshness }, record: toWire(presentable({ ...record, createIndex } as MintRecord)), modifyIndex: index };
}

function presentable(record: MintRecord): MintRecord {
  if (record.deleted || record.kind !== 'user') return withoutSealed(record);
  return { ...record, body: { ...record.body, passwordHash: record.body.passwordHash === '' ? '' : SOME_HASH } };
}
