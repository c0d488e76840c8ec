import { setTimeout as sleep } from 'node:timers/promises';
import type { Revision } from '@mintmark/domain';
import { Follower, type FollowerWorld, ViewError, type ViewReader } from '@mintmark/view';
import type { MemoryLog } from './view-fold.ts';

export const world: FollowerWorld = {
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
};

/** What readers saw that a fold of the log cannot show. Empty when all is well. */
export interface Findings {
  readonly wrong: string[];
  answered: number;
  refused: number;
  /** How often the feed had to be started over. */
  resets: number;
  told: number;
}

/** Reads records by id until told to stop, and compares each answer with the log at the answer's own watermark. */
export async function auditReads(log: MemoryLog, reader: ViewReader, findings: Findings, signal: AbortSignal): Promise<void> {
  for (let i = 0; !signal.aborted; i = (i + 7919) % 1_000_003) {
    const id = log.entries[i % Math.max(1, log.entries.length)]?.record.id ?? 'none yet';
    try {
      const { value, watermark } = await reader.get('token', id, { signal });
      const due = log.at(id, watermark.revision);
      const expected = due === undefined || due.record.deleted ? undefined : due.revision;
      if (value?.revision !== expected) findings.wrong.push(`${id} at ${watermark.revision}: found ${value?.revision}, due ${expected}`);
      findings.answered++;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ViewError) || (error.code !== 'not_ready' && error.code !== 'unavailable')) throw error;
      findings.refused++;
      await sleep(1);
    }
  }
}

/** Follows the feed, whose log has an entry at each revision, and notes every gap and repeat. */
export function auditFeed(reader: ViewReader, findings: Findings): Follower {
  let last = 0 as Revision;
  return new Follower(reader, world, {
    onReset(watermark) {
      findings.resets++;
      last = watermark.revision;
    },
    onChanges(batch) {
      for (const change of batch.changes) {
        if (change.revision !== last + 1) findings.wrong.push(`the feed went from ${last} to ${change.revision}`);
        last = change.revision;
        findings.told++;
      }
    },
  });
}
