import type { Revision } from '@mintmark/domain';
import type { World } from '@mintmark/kit/lifecycle';
import { type Log, LogError } from '@mintmark/log';

/** Everything in the log up to `through` was signed by then. */
export interface Written {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly through: Revision;
}

export interface CompactorDeps {
  readonly log: Log;
  readonly world: World;
  /** What the log had when it was read to its end for the first time, both rising; `undefined` until then. */
  readonly written: () => readonly Written[] | undefined;
  readonly onCompacted: (purged: number, before: Revision) => void;
}

/** When the head was no further. `at`: monotonic milliseconds, before the process began too. */
interface Sample {
  readonly at: number;
  readonly head: Revision;
}

/**
 * Purges tombstones once they are older than `keepMs`. How old a tombstone is at least follows from what the head was when it was looked at, and, of what was there
 * before the process, from when it was signed. Runs until the signal aborts.
 */
export async function compactForever(deps: CompactorDeps, times: { readonly keepMs: number; readonly everyMs: number }, signal: AbortSignal): Promise<void> {
  const { clock, timers } = deps.world;
  let before: readonly Sample[] | undefined;
  const samples: Sample[] = [];
  while (!signal.aborted) {
    try {
      const now = clock.monotonic();
      before ??= deps.written()?.map(({ at, through }) => ({ at: now - (clock.now() - at), head: through }));
      samples.push({ at: now, head: (await deps.log.head({ signal })).revision });
      const isDue = ({ at }: Sample): boolean => at + times.keepMs <= now;
      const due = samples.findLast(isDue) ?? before?.findLast(isDue);
      if (due !== undefined) deps.onCompacted(await deps.log.compact(due.head, { signal }), due.head);
      before = before?.filter((sample) => !isDue(sample));
      samples.splice(0, samples.findLastIndex(isDue) + 1);
    } catch (error) {
      if (!signal.aborted && !(error instanceof LogError)) throw error;
    }
    await timers.sleep(times.everyMs, signal).catch(() => undefined);
  }
}
