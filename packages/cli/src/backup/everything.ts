import type { Entry, MintRecord } from '@mintmark/domain';
import { keyText, NO_REVISION, type Revision } from '@mintmark/domain';
import type { Log, LogHead } from '@mintmark/log';

/**
 * Every key's newest state, tombstones included, up to the head of the moment at which reading ends: a key that is written again while it is read comes
 * again. Whatever was acknowledged before the call is in it.
 */
export async function* everythingIn(log: Log, head: LogHead): AsyncGenerator<Entry> {
  const over = new AbortController();
  let until = head.revision;
  for await (const batch of log.tail({ after: NO_REVISION, incarnation: head.incarnation, signal: over.signal })) {
    if (batch.setAside.length > 0) throw new Error(`the record ${batch.setAside[0]?.key} cannot be read: ${batch.setAside[0]?.problem}`);
    yield* batch.entries;
    if (batch.through < until) continue;
    const now = await log.head();
    if (now.revision === until) over.abort();
    until = now.revision;
  }
}

/** The last of several states of a key, where it is a live one, in two passes over what can be read twice. */
export async function* lastOfEach(read: () => AsyncIterable<Entry>): AsyncGenerator<MintRecord> {
  const newest = new Map<string, Revision>();
  for await (const { revision, record } of read()) newest.set(keyText(record), revision);
  for await (const { revision, record } of read()) {
    if (!record.deleted && newest.get(keyText(record)) === revision) yield record as MintRecord;
  }
}
