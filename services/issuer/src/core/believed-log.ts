import { distrusted, type Entry, keyOf, type MintRecord } from '@mintmark/domain';
import type { RecordVerifier } from '@mintmark/keys/records';
import { type Log, LogError } from '@mintmark/log';

/**
 * A log of which no decision takes anything for said that no issuer has signed (P10). What is refused reads as the region shows it: as its end, so that it can be
 * written again, or `unavailable` where an end would let somebody do more.
 */
export function believedLog(log: Log, verifier: RecordVerifier, onRefused: (entry: Entry, problem: string) => void): Log {
  return {
    async get(key, options) {
      const entry = await log.get(key, options);
      const problem = entry === undefined ? undefined : await verifier.judge(entry.record as MintRecord);
      if (entry === undefined || problem === undefined) return entry;
      onRefused(entry, problem);
      const record = distrusted(keyOf(entry.record as MintRecord), entry.revision);
      if (record.deleted) return { revision: entry.revision, record } as Entry;
      throw new LogError('unavailable', `the log holds a ${key.kind} that nobody may believe: ${problem}`);
    },
    append: (record, expect, options) => log.append(record, expect, options),
    head: (options) => log.head(options),
    tail: (options) => log.tail(options),
    compact: (before, options) => log.compact(before, options),
    rewrite: (records, options) => log.rewrite(records, options),
    close: () => log.close(),
  };
}
