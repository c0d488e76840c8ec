import type { Entry, Kind, LiveEntry, Revision, Scope, UniqueIndex } from '@mintmark/domain';

/** Every call ends at the latest when its signal aborts; the abort reason is thrown as it is. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** How much of the authority's log a region covers; kept with the view because the view is what readers ask. */
export interface Contact {
  readonly region: string;
  readonly incarnation: string;
  /** Every global record of the authority up to this revision is in the region's view. */
  readonly covered: Revision;
  /** The authority's head when it was last heard of. */
  readonly head: Revision;
  /** When the authority was last heard of: milliseconds since the epoch. */
  readonly at: number;
}

/** Which log a view is folded from. */
export interface Source {
  readonly region: string;
  readonly incarnation: string;
}

export interface Watermark {
  /** 22 base64url characters, new at each reset. Another epoch means: what was read before may be gone. */
  readonly epoch: string;
  readonly source: Source;
  /** The view shows exactly the log's state at this revision. */
  readonly revision: Revision;
  /**
   * False while the view is being folded, and after the store that holds it was restarted until it is marked ready again, for it
   * may have lost its newest writes: reads are refused.
   */
  readonly ready: boolean;
  /** Absent in the authority, and before the first contact. */
  readonly contact?: Contact;
}

/** A value, the index of its table and the state it was read from: one consistent snapshot. */
export interface Read<T> {
  readonly value: T;
  /** Highest revision that touched the kind, tombstones included. Never goes back, also across resets. */
  readonly tableIndex: Revision;
  readonly watermark: Watermark;
  /** Ids that a listing left out, because what stands there cannot be read, or nobody may believe it (P10, P12); absent for none. */
  readonly refused?: readonly string[];
}

export type ListQuery =
  /** By (createIndex, id). `from` is inclusive; an element that is gone stands for the next one. */
  | { readonly order: 'created'; readonly reverse?: boolean; readonly from?: { readonly createIndex: Revision; readonly id: string }; readonly limit: number }
  /** By id in byte order, only ids that start with `prefix`. `from` is inclusive. */
  | { readonly order: 'id'; readonly prefix?: string; readonly reverse?: boolean; readonly from?: string; readonly limit: number };

/** One record changed. Readers that care read it again. */
export interface Change {
  readonly revision: Revision;
  readonly kind: Kind;
  readonly id: string;
  readonly scope: Scope;
  readonly deleted: boolean;
}

export interface ChangeBatch {
  /** Strictly increasing revisions; at most 1,024. Empty on a mark. */
  readonly changes: readonly Change[];
  /** Everything up to and including this revision has been delivered. */
  readonly through: Revision;
  /** Present when the authority was heard of again. */
  readonly contact?: Contact;
}

/**
 * A region's view as validators see it: it can only be read. Calls throw `not_ready` where there is nothing to be trusted yet (never
 * filled, emptied, not ready), `unavailable` where the store cannot be reached, `refused` where one record is asked for and what stands there cannot be read, `closed` after
 * `close`: nothing is ever found absent because of any of these.
 */
export interface ViewReader {
  /** Answers also while the view is not ready. */
  watermark(options?: CallOptions): Promise<Watermark>;

  /** The newest live state. Read-your-projection: sees everything up to the watermark it returns. */
  get<K extends Kind>(kind: K, id: string, options?: CallOptions): Promise<Read<LiveEntry<K> | undefined>>;

  /** By unique key. Two live records with one key cannot come from an issuer; if they do, the last write is found. */
  find<K extends Kind>(kind: K, index: UniqueIndex, value: string, options?: CallOptions): Promise<Read<LiveEntry<K> | undefined>>;

  /** At most `limit` (1 to 1,000; more is taken for 1,000) live entries in order. */
  list<K extends Kind>(kind: K, query: ListQuery, options?: CallOptions): Promise<Read<readonly LiveEntry<K>[]>>;

  /**
   * Every change after a position of one epoch, in order, none missed, none repeated, then live; a mark at least every 2 s while
   * the view is reachable and its replicator alive. May begin with the newest mark of before. What was folded before the view was
   * first ready is not announced. Survives lost connections by itself. Nothing is read ahead: a slow reader holds nothing back.
   * Ends without an error when the signal aborts, or by throwing `reset` (another epoch, the position is trimmed away, or the view is
   * behind it: drop what you cached, read again from the present watermark), `not_ready` (at its start only), `too_slow` (resume from
   * where you are), or `closed`.
   */
  changes(options: { readonly epoch: string; readonly after: Revision; readonly signal: AbortSignal }): AsyncIterable<ChangeBatch>;

  close(): Promise<void>;
}

export interface ApplyRange {
  readonly epoch: string;
  /** Must equal the view's watermark, else `gap` with what it has. */
  readonly from: Revision;
  /** The watermark afterwards; at least the last entry's revision. */
  readonly to: Revision;
}

export interface MarkOptions {
  readonly epoch: string;
  readonly ready?: boolean;
  readonly contact?: Contact;
}

export interface ResetOptions {
  readonly source: Source;
  /** No table index starts below this: the log's compacted mark, or its base. */
  readonly floor: Revision;
}

/** What a region's log folds into, and what reads are answered from. Written by the replicator alone. */
export interface View extends ViewReader {
  /**
   * Applies entries with revisions in (from, to], in order, all or nothing, and announces them on the feed. Refuses with `gap`
   * anything but the next contiguous step, and a foreign epoch: a view that was emptied cannot be written on by accident. Also with
   * `gap` where the store was restarted since this writer last read the watermark: read it, and go on from there. After
   * `unavailable` the step may or may not have been applied: the watermark tells.
   */
  apply(entries: readonly Entry[], range: ApplyRange, options?: CallOptions): Promise<void>;

  /** Announces readiness and contact on the feed. `gap` as from `apply`. A contact never moves `covered` back within one incarnation. */
  mark(mark: MarkOptions, options?: CallOptions): Promise<void>;

  /** Empties the view under a new epoch, not ready, at revision 0, and ends every feed with `reset`. Returns the new watermark. */
  reset(options: ResetOptions, call?: CallOptions): Promise<Watermark>;
}

/** `refused`: what is there is not what an issuer has said, and nobody may pass by it or believe it (P10); other records are not touched by that. */
export type ViewErrorCode = 'gap' | 'not_ready' | 'reset' | 'too_slow' | 'unavailable' | 'refused' | 'closed';

/** The only error class that leaves an adapter (besides abort reasons). Switch on `code`. */
export class ViewError extends Error {
  readonly code: ViewErrorCode;
  /** `gap`: the watermark that the view has, absent where it has none (never filled, or emptied). */
  readonly have: { readonly epoch: string; readonly revision: Revision } | undefined;

  constructor(code: ViewErrorCode, message: string, details: { readonly have?: { epoch: string; revision: Revision }; readonly cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ViewError';
    this.code = code;
    this.have = details.have;
  }
}
