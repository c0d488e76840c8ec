import { decodeRecord, encodeRecord } from '@mintmark/contract';
import { keyText, type MintRecord } from '@mintmark/domain';
import type { SimRegion } from '../cluster.ts';

/** How the name of a token ends that was altered. */
export const ALTERED = ' altered';

/** Takes a client's token out of one of the region's stores, or alters it there, without a trace in the log. */
export function tamper(kind: 'logErased' | 'viewErased' | 'viewAltered', { logServer, viewServer }: SimRegion, die: number): void {
  const tokens = [...(viewServer.shown?.tables.all() ?? [])].map(([name, { bytes, revision }]) => ({ name, record: decodeRecord(bytes, revision) })).filter(({ record }) => isClientToken(record));
  const chosen = tokens[Math.floor(die * tokens.length)];
  if (chosen === undefined) return;
  if (kind === 'logErased') logServer.erase(keyText(chosen.record));
  else viewServer.tamper(chosen.name, (bytes, revision) => (kind === 'viewErased' ? undefined : altered(decodeRecord(bytes, revision))));
}

/** Whether the region has something that was tampered with and not repaired yet. */
export function isTampered({ logServer, viewServer }: SimRegion): boolean {
  return logServer.erased.size > 0 || (viewServer.shown?.tables.tampered.size ?? 0) > 0;
}

function isClientToken(record: MintRecord): boolean {
  return record.kind === 'token' && !record.deleted && record.body.type === 'client';
}

function altered(record: MintRecord): Uint8Array {
  if (record.deleted || record.kind !== 'token') return encodeRecord(record);
  return encodeRecord({ ...record, body: { ...record.body, name: `${record.body.name}${ALTERED}` } });
}
