import type { Revision } from '@mintmark/domain';
import type { Fingerprint } from './fingerprint.ts';
import { type Ledger, TOPS } from './ledger.ts';
import { type DigestPeer, globalsOf, PER_CALL, printFrom, type RemotePrint, unlike } from './peer.ts';
import { RANGES } from './table.ts';

/** Where that many ranges differ the complete listing is the cheaper way. */
const MOST_RANGES = 4_096;

/** A record that two regions do not have alike, in the eyes of their ledgers: `ours` alone is one that they do not have. */
export type Suspect = { readonly theirs: RemotePrint; readonly ours?: Fingerprint | undefined } | { readonly theirs?: undefined; readonly ours: Fingerprint };

export interface Suspects {
  /** What the other ledger is of, and how far it was at least. */
  readonly incarnation: string;
  readonly through: Revision;
  readonly records: number;
  readonly found: readonly Suspect[];
  /** So much differs that not all of it was looked at. */
  readonly more: boolean;
}

/** Descends from the digests of everything to the records that differ: three round trips, and data as what differs. Both sides may move meanwhile. */
export async function suspects(ledger: Ledger, peer: DigestPeer, signal: AbortSignal): Promise<Suspects> {
  const whole = await peer.digest({ ranges: [] }, { signal });
  const differing: number[] = [];
  for (const tops of chunks(unlike(whole.digests, [ledger.tops]), PER_CALL)) {
    const { digests } = await peer.digest({ ranges: tops }, { signal });
    const places = unlike(digests, tops.map((top) => ledger.rangesOf(top)));
    differing.push(...places.map((place) => (tops[Math.floor(place / (RANGES / TOPS))] as number) * (RANGES / TOPS) + (place % (RANGES / TOPS))));
  }
  const looked = differing.slice(0, MOST_RANGES);
  const found: Suspect[] = [];
  for (const ranges of chunks(looked, PER_CALL)) {
    const { records, incarnation } = await peer.range({ ranges }, { signal });
    if (incarnation !== whole.incarnation) break;
    found.push(...differences(ledger, ranges, records.map(printFrom)));
  }
  const { incarnation, through, records } = whole;
  return { incarnation, through: through as Revision, records, found, more: looked.length < differing.length };
}

function differences(ledger: Ledger, ranges: readonly number[], theirs: readonly RemotePrint[]): Suspect[] {
  const there = new Set(theirs.map(({ mark }) => mark));
  const unlikeOurs = theirs.flatMap((print): Suspect[] => {
    const ours = ledger.table.find(print.mark);
    return ours?.said === print.said ? [] : [{ theirs: print, ours }];
  });
  const ourOwn = ranges.flatMap((range) => globalsOf(ledger, range)).filter(({ mark }) => !there.has(mark));
  return [...unlikeOurs, ...ourOwn.map((ours): Suspect => ({ ours }))];
}

export function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}
