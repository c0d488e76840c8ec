import type { Entry, MintRecord, RecordKey, Revision, Scope } from '@mintmark/domain';

/** Every call ends at the latest when its signal aborts; the abort reason is thrown as it is. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** Bytes of the largest record that a log stores; larger ones are `too_large`. Leaves room for headers within NATS's 1 MiB. */
export const MAX_RECORD_BYTES = 1_000_000;

/** What an append stands on. */
export type Expect =
  /** The key's newest append, live or tombstone, has exactly this revision; 0: the key was never written, or its tombstone is purged. */
  | { readonly key: Revision }
  /** The whole log's head is exactly this: nothing at all was appended since. For rules that span keys. */
  | { readonly head: Revision };

export interface AppendOptions extends CallOptions {
  /**
   * What the decision stands on: a state of the log that the caller has seen elsewhere. A log that is another, or shorter, is refused with
   * `unavailable`, and never answers with success: what it took would be taken for something that was there before (P1).
   */
  readonly seen?: Seen;
}

export interface Seen {
  readonly incarnation: string;
  readonly revision: Revision;
}

export interface LogHead {
  /** 22 base64url characters; a log that was re-created has another. */
  readonly incarnation: string;
  /** What the incarnation started from: all its revisions lie above. It follows every log whose revisions it covers. */
  readonly base: Revision;
  /** False from the start of a `rewrite` to its end: the log lacks records that are to come back. */
  readonly complete: boolean;
  /** Revision of the newest append; where nothing was appended yet, the base that the incarnation started from. */
  readonly revision: Revision;
  /** Tombstones at or below this revision may have been purged; 0: none ever was. */
  readonly compacted: Revision;
}

export interface TailOptions {
  /** Exclusive: the first entry delivered has a higher revision. 0 reads from the start. */
  readonly after: Revision;
  /** `global`: only global records. Default: all. */
  readonly scope?: Scope;
  /** The incarnation in which `after` was seen. Another one ends the tail with `regressed`. Absent: not checked. */
  readonly incarnation?: string;
  /** The reader looks for what is there, and does without tombstones that may be purged: the tail does not end with `compacted`. Default: it does. */
  readonly withoutPurged?: boolean;
  /** Ends the iteration without an error when it aborts. */
  readonly signal: AbortSignal;
}

/** A step of a tail. */
export interface TailBatch {
  /** Strictly increasing revisions, all above those of the batch before; at most 1,024. Empty on a progress mark. */
  readonly entries: readonly Entry[];
  /** The reader now has the newest state of every key it asked for, up to and including this revision. Never decreases. */
  readonly through: Revision;
  /** Records of this stretch that could not be decoded: set aside, never delivered, never stopping the tail (P12). */
  readonly setAside: readonly SetAside[];
}

export interface SetAside {
  readonly revision: Revision;
  readonly key: string;
  readonly problem: string;
}

/** A region's log as its readers see it. */
export interface LogReader {
  /**
   * The newest append of a key, tombstones included; `undefined` where it was never written or its tombstone is purged.
   * Throws `unavailable` where it cannot be decoded: tails set such a record aside, and an append on its revision replaces it.
   */
  get(key: RecordKey, options?: CallOptions): Promise<Entry | undefined>;

  /** Throws `missing` where the store is there and has no such log: it was deleted. */
  head(options?: CallOptions): Promise<LogHead>;

  /**
   * The newest state of each key in revision order, tombstones included, then each append as it happens. States that were
   * superseded before the reader got to them are not delivered; gaps between revisions are therefore normal.
   * An idle reader gets progress marks: at least one every 2 s while the log is reachable. A reader that starts at the
   * head gets one at once. The adapter buffers a bounded number of entries and holds the source back beyond it.
   * Survives lost connections and restarted servers by itself: nothing is missed, nothing repeated.
   *
   * Ends by throwing `compacted` (tombstones above the reader's position may be purged: read from 0 and reconcile against the complete
   * listing; while a reader that started at 0 is on its way, this concerns only what was deleted since), `regressed` (the log is
   * shorter than, or another than, what the reader, or a writer who has said so, has seen: resync), `missing`, or `closed`.
   */
  tail(options: TailOptions): AsyncIterable<TailBatch>;
}

/** One region's ordered, durable history of record writes. Its revision is the region's index. */
export interface Log extends LogReader {
  /**
   * Appends one record if `expect` holds and returns its revision, which is higher than all before. On return it is as
   * durable as the adapter promises (embedded: fsync done). `createIndex` 0 stands for the returned revision.
   * Of any number of concurrent appends that expect the same state exactly one wins.
   *
   * Throws `conflict` (nothing written; read and decide again), `unavailable` (nothing written; try again),
   * `outcome_unknown` (may or may not have been written: the adapter has already tried to find out by the write id within the
   * signal; read the key back before trying again), `too_large`, or `closed`. A log that went back is `unavailable` until it was rewritten.
   */
  append(record: MintRecord, expect: Expect, options?: AppendOptions): Promise<Revision>;

  /**
   * Purges tombstones at or below `before`, which beyond the head counts as the head. First makes it durable as the `compacted` mark,
   * then purges; a key that was written again in between keeps its newer state. Returns how many were purged.
   */
  compact(before: Revision, options?: CallOptions): Promise<number>;

  /**
   * Writes the whole log again, for one that lost its end, from a store that did not (P1): everything in it goes, and `records` take its place in
   * their order, each under its `createIndex`, in a new incarnation whose revisions, `compacted` mark included, lie above `above`. Until all of them
   * are in it the log is not complete and appends are refused with `unavailable`. Tails end with `regressed`, `compacted` or `missing`.
   * Throws what `append` throws besides `conflict`, or what `records` throws. After a failure the log may be incomplete: call it again.
   */
  rewrite(records: AsyncIterable<MintRecord>, options: RewriteOptions): Promise<LogHead>;

  /** Ends all tails with `closed` and frees what is held. Idempotent. */
  close(): Promise<void>;
}

export interface RewriteOptions extends CallOptions {
  readonly above: Revision;
}

export type LogErrorCode = 'conflict' | 'missing' | 'compacted' | 'regressed' | 'unavailable' | 'outcome_unknown' | 'too_large' | 'closed';

/** The only error class that leaves an adapter (besides abort reasons). Switch on `code`. */
export class LogError extends Error {
  readonly code: LogErrorCode;
  /** `conflict`: the revision found. `compacted`: the compacted mark. `regressed`: the head found. `outcome_unknown`: the last head seen. */
  readonly revision: Revision | undefined;

  constructor(code: LogErrorCode, message: string, details: { readonly revision?: Revision; readonly cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'LogError';
    this.code = code;
    this.revision = details.revision;
  }
}
