import { hash } from 'node:crypto';
import { encodeRecord } from '@mintmark/contract';
import { type Entry, type Kind, type MintRecord, NO_REVISION, type Revision } from '@mintmark/domain';

/** What `said` is of a local record. */
export const LOCAL = 0n;

/** What is remembered of a live record to compare it with what another store or region has. */
export interface Fingerprint {
  /** 64 bits of a digest of kind and id. */
  readonly mark: bigint;
  /** 64 bits of a digest of what every region's copy must say alike, the authority's revision included; `LOCAL` for a local record. */
  readonly said: bigint;
  /** 32 bits of a digest of the whole record, as this region's log and view must have it alike. */
  readonly exact: number;
  /** In this region's log. */
  readonly revision: Revision;
}

/** A record that faults have altered differs in it but for one case in four billion. Who forges records is held off by other means (P10). */
export function fingerprintOf({ revision, record }: Entry): Fingerprint {
  const exact = hash('sha256', encodeRecord(record as MintRecord), 'buffer').readUInt32BE(0);
  return { mark: markOf(record.kind, record.id), said: record.scope === 'global' ? saidBy({ revision, record }) : LOCAL, exact, revision };
}

export function markOf(kind: Kind, id: string): bigint {
  return hash('sha256', `${kind}/${id}`, 'buffer').readBigUInt64BE(0);
}

/** Where the record counts as the same in every region: its indexes and write ids are each region's own. */
export function saidBy({ revision, record }: Entry): bigint {
  const { origin, ...rest } = record;
  const bytes = encodeRecord({ ...rest, createIndex: NO_REVISION, writeId: '' } as MintRecord);
  const whole = Buffer.allocUnsafe(8 + bytes.length);
  whole.writeBigUInt64BE(BigInt(origin?.revision ?? revision), 0);
  whole.set(bytes, 8);
  return hash('sha256', whole, 'buffer').readBigUInt64BE(0);
}
