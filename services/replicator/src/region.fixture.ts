import { type Entry, type MintRecord, NO_REVISION, type Revision, type Scope, tokenHash } from '@mintmark/domain';
import { systemWorld } from '@mintmark/kit/lifecycle';
import type { Log, LogReader } from '@mintmark/log';
import type { View } from '@mintmark/view';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { Projector } from './core/projector.ts';
import { Puller } from './core/puller.ts';
import type { ReplicatorEvents } from './events.ts';

const silent: ReplicatorEvents = {
  interrupted: () => undefined,
  folding: () => undefined,
  ready: () => undefined,
  restored: () => undefined,
  projected: () => undefined,
  pulled: () => undefined,
  reconciled: () => undefined,
  compacted: () => undefined,
  setAside: () => undefined,
  trouble: () => undefined,
};

let counter = 0;
/** A client token. */
export function token(id: string, name: string, scope: Scope = 'global', createIndex = NO_REVISION): MintRecord {
  counter += 1;
  const said = { name, type: 'client', policies: ['p'], roleIds: [] } as const;
  const body = {
    ...said,
    secret: { digest: counter.toString(16).padStart(64, '0'), sealed: new Uint8Array() },
    hash: tokenHash({ ...said, scope }),
    createTime: '2026-01-01T00:00:00Z',
    expirationTime: null,
    expirationTtl: 0,
  };
  return { kind: 'token', id, scope, deleted: false, createIndex, writeId: `write-${counter}`, body };
}

/** The end of what an entry says. */
export function end(entry: Entry): MintRecord {
  counter += 1;
  const { kind, id, scope, createIndex } = entry.record;
  return { kind, id, scope, deleted: true, createIndex, writeId: `write-${counter}` } as MintRecord;
}

export const id = (n: number): string => `00000000-0000-0000-0000-${n.toString().padStart(12, '0')}`;

/** A region's replicator between a log and a view. */
export class Region {
  readonly log: Log;
  readonly view: View;
  readonly #stop = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  projector!: Projector;
  puller: Puller | undefined;

  constructor(log: Log, view: View = openEmbeddedView()) {
    this.log = log;
    this.view = view;
  }

  start(name: string, source?: LogReader, events: Partial<ReplicatorEvents> = {}): void {
    const { signal } = this.#stop;
    const common = { world: systemWorld, events: { ...silent, ...events } };
    this.projector = new Projector({ region: name, log: this.log, view: this.view, ...common });
    const { projector } = this;
    if (source !== undefined) {
      const remembered = async () => (await this.view.watermark()).contact;
      this.puller = new Puller({ authority: 'us', source, log: this.log, projector, remembered, ...common });
    }
    const news = (until: AbortSignal): Promise<void> => this.puller?.news(until) ?? new Promise(() => undefined);
    this.#running = Promise.all([
      projector.run(signal),
      this.puller?.run(signal),
      source === undefined ? undefined : projector.heartbeat((applied) => this.puller?.contact(applied), news, signal),
    ]);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** The region's live global records by id, as the view shows them. */
  async shown(): Promise<Map<string, string>> {
    const { value } = await this.view.list('token', { order: 'id', limit: 1_000 });
    return new Map(value.filter(({ record }) => record.scope === 'global').map(({ record }) => [record.id, record.body.name]));
  }

  async covers(revision: Revision): Promise<void> {
    await this.projector.until((state) => (this.puller?.shown(state.applied)?.covered ?? NO_REVISION) >= revision, AbortSignal.timeout(5_000));
  }
}
