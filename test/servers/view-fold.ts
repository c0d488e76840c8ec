import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf, type Entry, type LiveRecord, type MintRecord, NO_REVISION, type Revision, revision } from '@mintmark/domain';
import { type View, ViewError } from '@mintmark/view';

const RETRY_MS = 20;
const BATCH = 256;
const SOURCE = { region: 'us-east', incarnation: 'log-incarnation-00001a' };

/** A log as short as can be: what was appended, in order, and what each key's state is at any revision. */
export class MemoryLog {
  readonly entries: Entry[] = [];
  readonly #histories = new Map<string, Entry[]>();

  get head(): Revision {
    return revision(this.entries.length);
  }

  append(record: MintRecord): Revision {
    const at = revision(this.entries.length + 1);
    const earlier = this.at(record.id, this.head);
    const createIndex = earlier === undefined || earlier.record.deleted ? at : earlier.record.createIndex;
    const entry: Entry = { revision: at, record: { ...record, createIndex } as MintRecord };
    this.entries.push(entry);
    this.#histories.set(record.id, [...(this.#histories.get(record.id) ?? []), entry]);
    return at;
  }

  /** The last append of an id up to a revision, tombstones included. */
  at(id: string, last: Revision): Entry | undefined {
    return this.#histories.get(id)?.findLast((entry) => entry.revision <= last);
  }

  /** Ids of what lives, in the order of their creation. */
  live(): readonly string[] {
    const newest = new Map(this.entries.map((entry) => [entry.record.id, entry.record]));
    const living = [...newest.values()].filter((record) => !record.deleted);
    return living.sort((a, b) => a.createIndex - b.createIndex).map((record) => record.id);
  }
}

export function newToken(secret: string = randomUUID(), id: string = randomUUID()): LiveRecord<'token'> {
  const body = {
    secret: { digest: digestOf(secret), sealed: Buffer.alloc(80, 1) },
    name: 'a token',
    type: 'client' as const,
    policies: ['readers'],
    roleIds: [],
    hash: Buffer.alloc(32, 2),
    createTime: '2026-01-02T03:04:05.678901234Z',
    expirationTime: null,
    expirationTtl: 0,
  };
  return { kind: 'token', id, scope: 'local', createIndex: NO_REVISION, writeId: 'w'.repeat(22), deleted: false, body };
}

export function tombstoneOf({ body: _, ...rest }: LiveRecord<'token'>): MintRecord {
  return { ...rest, deleted: true };
}

/** Folds a log into a view until told to stop, as a replicator does: from the view's own watermark, anew where it has none. */
export async function fold(log: MemoryLog, view: View, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await foldOnce(log, view, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ViewError)) throw error;
      await sleep(RETRY_MS);
    }
  }
}

async function foldOnce(log: MemoryLog, view: View, signal: AbortSignal): Promise<void> {
  const watermark = await present(view, signal);
  const { epoch } = watermark;
  let { ready } = watermark;
  let at = watermark.revision;
  while (!signal.aborted) {
    const entries = log.entries.slice(at, at + BATCH);
    const to = revision(at + entries.length);
    if (entries.length > 0) await view.apply(entries, { epoch, from: at, to }, { signal });
    at = to;
    if (!ready && at === log.head) {
      await view.mark({ epoch, ready: true }, { signal });
      ready = true;
    }
    if (at === log.head) await idle(view, epoch, signal);
  }
}

async function idle(view: View, epoch: string, signal: AbortSignal): Promise<void> {
  await view.mark({ epoch }, { signal });
  await sleep(RETRY_MS);
}

async function present(view: View, signal: AbortSignal): Promise<Awaited<ReturnType<View['watermark']>>> {
  try {
    return await view.watermark({ signal });
  } catch (error) {
    if (!(error instanceof ViewError) || error.code !== 'not_ready') throw error;
    return view.reset({ source: SOURCE, floor: NO_REVISION }, { signal });
  }
}
