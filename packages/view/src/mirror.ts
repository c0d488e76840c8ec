import type { Kind, LiveEntry, Revision } from '@mintmark/domain';
import { type ChangeBatch, ViewError, type ViewReader } from './view.ts';

/*
 * Keeps every record of some kinds in the memory of a process that follows the view.
 *
 * M1  `changed` notes a change before it returns: from then on, until the new state has been read, the mirror is not settled. So a position that the
 *     follower publishes never outruns what is decided by.
 * M2  What is read at watermark R settles a change at or before R; a later one is read again.
 * M3  After a reset everything is read again, beside what is shown, and takes its place when it is whole.
 * M4  What nobody may believe is set aside and holds nothing up (P10, P12). It is read again when the region's contact is another: it may count then.
 */

export interface MirrorWorld {
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What a mirror fills: one copy of everything. Made anew at each reset. */
export interface Mirrored<K extends Kind> {
  put(entry: LiveEntry<K>): void;
  remove(kind: K, id: string): void;
  /** What stands there is not to be believed. Absent: as if it were not there. */
  refuse?(kind: K, id: string): void;
}

interface Due<K> {
  readonly kind: K;
  readonly id: string;
  /** What the read must show. */
  readonly at: Revision;
}

const RETRY_MS = 100;
const PER_PAGE = 50;

export class Mirror<K extends Kind, Copy extends Mirrored<K>> {
  readonly #view: ViewReader;
  readonly #world: MirrorWorld;
  readonly #kinds: readonly K[];
  readonly #create: () => Copy;
  readonly #due = new Map<string, Due<K>>();
  readonly #waiters = new Set<() => void>();
  readonly #refused = new Map<string, Due<K>>();
  #contact: string | undefined;
  #shown: Copy;
  #resets = 0;
  #loaded = 0;
  #wake: () => void = () => undefined;

  constructor(view: ViewReader, world: MirrorWorld, kinds: readonly K[], create: () => Copy) {
    this.#view = view;
    this.#world = world;
    this.#kinds = kinds;
    this.#create = create;
    this.#shown = create();
  }

  /** The records as they were last read. To be trusted when settled, and not to be kept. */
  get shown(): Copy {
    return this.#shown;
  }

  /** Whether everything that was announced has been read. */
  get settled(): boolean {
    return this.#resets > 0 && this.#loaded === this.#resets && this.#due.size === 0;
  }

  /** The follower started over. */
  reset(): void {
    this.#resets += 1;
    this.#due.clear();
    this.#refused.clear();
    this.#wake();
  }

  /** The follower's changes. */
  changed(batch: ChangeBatch): void {
    for (const { kind, id, revision } of batch.changes) {
      if (this.#isMirrored(kind)) this.#due.set(`${kind}.${id}`, { kind, id, at: revision });
    }
    const { contact } = batch;
    if (contact !== undefined && contact.incarnation !== this.#contact) {
      this.#contact = contact.incarnation;
      for (const [key, due] of this.#refused) this.#due.set(key, due);
    }
    if (this.#due.size > 0) this.#wake();
  }

  /** Resolves once settled; rejects with the signal's reason when it aborts first. */
  whenSettled(signal: AbortSignal): Promise<void> {
    if (this.settled) return Promise.resolve();
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiters.delete(settle);
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        leave();
        reject(signal.reason);
      };
      const settle = (): void => {
        leave();
        resolve();
      };
      this.#waiters.add(settle);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Reads what was announced, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#catchUp(signal);
        await this.#announced(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ViewError)) throw error;
        await this.#world.sleep(RETRY_MS, signal).catch(() => undefined);
      }
    }
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    while (this.#resets > 0 && !this.settled) {
      if (this.#loaded !== this.#resets) await this.#load(signal);
      for (const due of this.#due.values()) await this.#read(due, signal);
    }
    if (this.settled) for (const settle of this.#waiters) settle();
  }

  async #load(signal: AbortSignal): Promise<void> {
    const reset = this.#resets;
    const copy = this.#create();
    for (const kind of this.#kinds) for await (const entry of this.#all(kind, copy, signal)) copy.put(entry);
    if (reset !== this.#resets) return;
    this.#shown = copy;
    this.#loaded = reset;
  }

  async #read(read: Due<K>, signal: AbortSignal): Promise<void> {
    const { kind, id, at } = read;
    const reset = this.#resets;
    const got = await this.#view.get(kind, id, { signal }).catch(refusal);
    if (got === undefined) return this.#setAside(reset, read);
    const { value, watermark } = got;
    if (reset !== this.#resets) return;
    if (watermark.revision < at) throw new ViewError('unavailable', `the view shows ${watermark.revision}, not yet ${at}`);
    if (value === undefined) this.#shown.remove(kind, id);
    else this.#shown.put(value);
    const key = `${kind}.${id}`;
    const due = this.#due.get(key);
    if (due !== undefined && due.at <= watermark.revision) this.#due.delete(key);
  }

  #setAside(reset: number, { kind, id, at }: Due<K>): void {
    if (reset !== this.#resets) return;
    refuse(this.#shown, kind, id);
    const key = `${kind}.${id}`;
    this.#refused.set(key, { kind, id, at });
    if ((this.#due.get(key)?.at ?? at) <= at) this.#due.delete(key);
  }

  /** Everything of a kind that is to be believed; the rest is refused. */
  async *#all(kind: K, copy: Copy, signal: AbortSignal): AsyncGenerator<LiveEntry<K>> {
    let from: string | undefined;
    for (;;) {
      const { value, refused = [], watermark } = await this.#view.list(kind, { order: 'id', limit: PER_PAGE + 1, ...(from === undefined ? {} : { from }) }, { signal });
      for (const id of refused) {
        refuse(copy, kind, id);
        this.#refused.set(`${kind}.${id}`, { kind, id, at: watermark.revision });
      }
      yield* value.slice(0, PER_PAGE);
      from = value[PER_PAGE]?.record.id;
      if (from === undefined) return;
    }
  }

  /** Resolves at the next announcement. */
  #announced(signal: AbortSignal): Promise<void> {
    if (this.#resets > 0 && !this.settled) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason);
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      this.#wake = () => {
        signal.removeEventListener('abort', abort);
        this.#wake = () => undefined;
        resolve();
      };
    });
  }

  #isMirrored(kind: Kind): kind is K {
    return (this.#kinds as readonly Kind[]).includes(kind);
  }
}

function refuse<K extends Kind>(copy: Mirrored<K>, kind: K, id: string): void {
  if (copy.refuse === undefined) copy.remove(kind, id);
  else copy.refuse(kind, id);
}

function refusal(error: unknown): undefined {
  if (!(error instanceof ViewError) || error.code !== 'refused') throw error;
}
