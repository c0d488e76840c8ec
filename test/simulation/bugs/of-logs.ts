import { type Entry, keyOf, type MintRecord, NO_REVISION, revision } from '@mintmark/domain';
import { LogError } from '@mintmark/log';
import type { Sabotage } from '../cluster.ts';
import { everyNth, otherLog } from './wrap.ts';

/** An append is answered that was never made. */
export const answeredWithoutWriting: Sabotage = {
  log(log, role) {
    if (role !== 'issuer') return log;
    const now = everyNth(9);
    const append: typeof log.append = async (record, expect, options) => (now() ? revision((await log.head(options)).revision) : log.append(record, expect, options));
    return otherLog(log, { append });
  },
};

/** An append is made, and its caller is told that it was not. */
export const refusedAfterWriting: Sabotage = {
  log(log, role) {
    if (role !== 'issuer') return log;
    const now = everyNth(9);
    const append: typeof log.append = async (record, expect, options) => {
      const at = await log.append(record, expect, options);
      if (now()) throw new LogError('unavailable', 'nothing was written, it says');
      return at;
    };
    return otherLog(log, { append });
  },
};

/** Writers do not look at what they replace: two decisions on one state are both written. */
export const noCompareAndSet: Sabotage = {
  log(log, role) {
    if (role !== 'issuer') return log;
    const append: typeof log.append = async (record, expect, options) => {
      if ('head' in expect) return log.append(record, expect, options);
      const present = await log.get(keyOf(record), options);
      return log.append(record, { key: present?.revision ?? NO_REVISION }, options);
    };
    return otherLog(log, { append });
  },
};

/** An update makes a record look new. */
export const createIndexForgotten: Sabotage = {
  log(log, role) {
    if (role !== 'issuer') return log;
    return otherLog(log, { append: (record, expect, options) => log.append({ ...record, createIndex: NO_REVISION } as MintRecord, expect, options) });
  },
};

/** A batch of what regions read of the authority's log is swallowed. */
export const pulledBatchSwallowed: Sabotage = {
  log(log, role) {
    if (role !== 'source') return log;
    const now = everyNth(12);
    return otherLog(log, {
      async *tail(options) {
        for await (const batch of log.tail(options)) if (batch.entries.length === 0 || !now()) yield batch;
      },
    });
  },
};

/** A reader that starts at 0 is told that there is nothing. */
export const listingCutShort: Sabotage = {
  log(log, role) {
    if (role !== 'source') return log;
    return otherLog(log, {
      async *tail(options) {
        let first = options.after === NO_REVISION;
        for await (const batch of log.tail(options)) {
          yield first ? { ...batch, entries: batch.entries.slice(0, 3) } : batch;
          first = false;
        }
      },
    });
  },
};

/** Local records of the authority come to the others as global ones. */
export const localRecordsLeave: Sabotage = {
  log(log, role) {
    if (role !== 'source') return log;
    const global = (entry: Entry): Entry => ({ ...entry, record: { ...entry.record, scope: 'global' } as MintRecord });
    return otherLog(log, {
      async *tail({ scope: _, ...options }) {
        for await (const batch of log.tail(options)) yield { ...batch, entries: batch.entries.map(global) };
      },
    });
  },
};

/** What an authority before had decided is not set aside: it is gone without a trace. */
export const asideForgotten: Sabotage = {
  log(log, role) {
    if (role !== 'replicator') return log;
    const append: typeof log.append = async (record, expect, options) => (record.kind === 'set_aside' ? revision((await log.head(options)).revision) : log.append(record, expect, options));
    return otherLog(log, { append });
  },
};

/** A region keeps an older state of a record in place of the newest one. */
export const olderStateCopied: Sabotage = {
  log(log, role) {
    if (role !== 'replicator') return log;
    const bodies = new Map<string, MintRecord>();
    const append: typeof log.append = (record, expect, options) => {
      const older = bodies.get(`${record.kind} ${record.id}`);
      if (!record.deleted) bodies.set(`${record.kind} ${record.id}`, record);
      const stale = older === undefined || older.deleted || record.deleted ? record : ({ ...record, body: older.body } as MintRecord);
      return log.append(stale, expect, options);
    };
    return otherLog(log, { append });
  },
};
