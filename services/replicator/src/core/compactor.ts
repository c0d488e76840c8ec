import type { Revision } from '@mintmark/domain';
import type { World } from '@mintmark/kit/lifecycle';
import { type Log, LogError } from '@mintmark/log';

interface Sample {
  readonly at: number;
  readonly head: Revision;
}

/**
 * Purges tombstones once they are older than `keepMs`. How old a tombstone is at least follows from what the head was when it was looked at,
 * so a process that has run for less than `keepMs` purges nothing. Runs until the signal aborts.
 */
export async function compactForever(
  deps: { readonly log: Log; readonly world: World; readonly onCompacted: (purged: number, before: Revision) => void },
  times: { readonly keepMs: number; readonly everyMs: number },
  signal: AbortSignal,
): Promise<void> {
  const samples: Sample[] = [];
  while (!signal.aborted) {
    try {
      const now = deps.world.clock.monotonic();
      samples.push({ at: now, head: (await deps.log.head({ signal })).revision });
      let due: Sample | undefined;
      while (samples[0] !== undefined && samples[0].at + times.keepMs <= now) due = samples.shift();
      if (due !== undefined) deps.onCompacted(await deps.log.compact(due.head, { signal }), due.head);
    } catch (error) {
      if (!signal.aborted && !(error instanceof LogError)) throw error;
    }
    await deps.world.timers.sleep(times.everyMs, signal).catch(() => undefined);
  }
}
