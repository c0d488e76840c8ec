import type { replicator } from '@mintmark/contract';
import { Refusal, type Revision, revision } from '@mintmark/domain';
import { LOCAL } from './fingerprint.ts';
import { TOPS, type Ledger } from './ledger.ts';
import type { Kept } from './keeper.ts';
import { RANGES } from './table.ts';

/** Another region's replicator, as this one asks it what its log says. Calls throw a `Refusal`. */
export interface DigestPeer {
  digest(request: replicator.DigestRequest, call: { readonly signal: AbortSignal }): Promise<replicator.DigestResponse>;
  range(request: replicator.RangeRequest, call: { readonly signal: AbortSignal }): Promise<replicator.RangeResponse>;
}

/** At most so many ranges in one call. */
export const PER_CALL = 256;

/** Answers `Digest` from a region's ledger. */
export function digestOf(kept: Kept | undefined, { ranges }: replicator.DigestRequest): replicator.DigestResponse {
  const { ledger, incarnation } = present(kept);
  check(ranges, TOPS);
  const parts = ranges.length === 0 ? [ledger.tops] : ranges.map((range) => ledger.rangesOf(range));
  return { incarnation, through: ledger.through, records: ledger.globals, digests: Buffer.concat(parts.map(bytesOf)) };
}

/** Answers `Range` from a region's ledger. */
export function rangesOf(kept: Kept | undefined, { ranges }: replicator.RangeRequest): replicator.RangeResponse {
  const { ledger, incarnation } = present(kept);
  check(ranges, RANGES);
  const found = ranges.flatMap((range) => globalsOf(ledger, range));
  return { incarnation, through: ledger.through, records: found.map(({ mark, said, revision: at }) => ({ mark: bytesOf(BigUint64Array.of(mark)), revision: at, digest: bytesOf(BigUint64Array.of(said)) })) };
}

/** What a record of another region is told by. */
export interface RemotePrint {
  readonly mark: bigint;
  readonly said: bigint;
  readonly revision: Revision;
}

export function printFrom({ mark, digest, revision: at }: replicator.RecordDigest): RemotePrint {
  return { mark: mark.length === 8 ? mark.readBigUInt64BE() : 0n, said: digest.length === 8 ? digest.readBigUInt64BE() : 0n, revision: revision(at) };
}

/** The digests that are not as this side has them, by their places. */
export function unlike(theirs: Buffer, ours: readonly BigUint64Array[]): number[] {
  const places: number[] = [];
  const size = ours[0]?.length ?? 1;
  const told = theirs.length === ours.length * size * 8;
  for (const [n, own] of ours.entries()) {
    for (const [at, digest] of own.entries()) if (!told || theirs.readBigUInt64BE((n * size + at) * 8) !== digest) places.push(n * size + at);
  }
  return places;
}

export function globalsOf(ledger: Ledger, range: number) {
  return ledger.table.range(range).filter(({ said }) => said !== LOCAL);
}

function present(kept: Kept | undefined): Kept {
  if (kept === undefined) throw new Refusal('unavailable', 'the log has not been read to its end yet', { retryAfterMs: 1000 });
  return kept;
}

function check(ranges: readonly number[], below: number): void {
  if (ranges.length > PER_CALL) throw new Refusal('invalid_argument', `at most ${PER_CALL} ranges at once`);
  if (ranges.some((range) => range >= below)) throw new Refusal('invalid_argument', `ranges go from 0 to ${below - 1}`);
}

function bytesOf(digests: BigUint64Array): Buffer {
  const bytes = Buffer.allocUnsafe(digests.length * 8);
  for (const [at, digest] of digests.entries()) bytes.writeBigUInt64BE(digest, at * 8);
  return bytes;
}
