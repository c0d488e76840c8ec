import { type Entry, type Revision, revision, type Scope } from '@mintmark/domain';
import type { LogReader } from '@mintmark/log';

/** Whoever reads on rather than starting a tail of its own for the next one gets this many revisions further at most. */
const NEAR = 2_048;

export interface WhichLog {
  readonly incarnation: string;
  readonly scope?: Scope;
  readonly signal: AbortSignal;
}

/** The entries that still stand at some revisions, by revision: what was superseded or purged is left out, and what cannot be read. */
export async function entriesAt(log: LogReader, wanted: readonly Revision[], which: WhichLog): Promise<ReadonlyMap<Revision, Entry>> {
  const found = new Map<Revision, Entry>();
  const open = wanted.toSorted((a, b) => a - b);
  const all = new Set(open);
  while (open.length > 0) {
    const after = revision((open[0] as Revision) - 1);
    for await (const batch of log.tail({ after, withoutPurged: true, ...which })) {
      for (const entry of batch.entries) if (all.has(entry.revision)) found.set(entry.revision, entry);
      while (open[0] !== undefined && open[0] <= batch.through) open.shift();
      if (open[0] === undefined || open[0] > batch.through + NEAR) break;
    }
    which.signal.throwIfAborted();
  }
  return found;
}
