import { fromWire, type issuer } from '@mintmark/contract';
import { type Kind, type LiveEntry, liveOf, Refusal, revision } from '@mintmark/domain';
import type { ViewReader } from '@mintmark/view';

const PAGE = 1_000;

/** The record that a write made. */
export function writtenEntry<K extends Kind>(kind: K, { record, modifyIndex }: Pick<issuer.RecordWritten, 'record' | 'modifyIndex'>): LiveEntry<K> {
  const at = revision(modifyIndex);
  const entry = record === undefined ? undefined : liveOf({ revision: at, record: fromWire(record, at) }, kind);
  if (entry === undefined) throw new Refusal('internal', 'internal error');
  return entry;
}

/** Every live record of a kind by id, read a page at a time; with `prefix` only those whose id begins with it. */
export async function* allOf<K extends Kind>(view: ViewReader, kind: K, signal: AbortSignal, prefix = ''): AsyncGenerator<LiveEntry<K>> {
  let from: string | undefined;
  for (;;) {
    const { value } = await view.list(kind, { order: 'id', prefix, limit: PAGE, ...(from === undefined ? {} : { from }) }, { signal });
    for (const entry of value) if (entry.record.id !== from) yield entry;
    const last = value.at(-1)?.record.id;
    if (value.length < PAGE || last === from) return;
    from = last;
  }
}
