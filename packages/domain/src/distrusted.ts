import type { RecordKey } from './key.ts';
import type { Bodies, Kind, MintRecord } from './record.ts';
import { NO_REVISION, type Revision } from './revision.ts';

/** Kinds whose absence lets somebody do more, each with a body that lets nobody. */
const STANDS_FOR: { readonly [K in Kind]?: Bodies[K] } = {
  authority: { epoch: 0, region: '', active: false, incarnation: '', revision: NO_REVISION, successions: [] },
  bootstrap: { accessorId: '' },
  denied: { expiresAt: Number.MAX_SAFE_INTEGER },
  setting: { value: '' },
};

/**
 * What a region shows in the place of a record that nobody may believe (P10, P12): its end, for what it replaced may have been revoked by it. Where an end would let
 * somebody do more, a record without a signature, which every reader refuses and none takes for absent.
 */
export function distrusted({ scope, kind, id }: RecordKey, at: Revision): MintRecord {
  const envelope = { scope, kind, id, createIndex: at, writeId: '' };
  const body = STANDS_FOR[kind];
  return (body === undefined ? { ...envelope, deleted: true } : { ...envelope, deleted: false, body }) as MintRecord;
}
