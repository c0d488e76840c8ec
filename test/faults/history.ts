/**
 * What happened during a run, as its clients saw it. Plain data: it is written down by the recorder, judged by `checker.ts`, and can be
 * judged again later.
 *
 * Every token of `writes` has one writer at a time, so its writes are ordered by their start; those of `accesses` have several. Times are milliseconds of one clock.
 */
export interface History {
  readonly writes: readonly Write[];
  readonly looks: readonly Look[];
  readonly uses: readonly Use[];
  readonly events: readonly FeedEvent[];
  readonly accesses: readonly Access[];
  /** What each region held when everything was quiet again: name and index of each live token by its accessor. */
  readonly finals: readonly Final[];
}

export type Outcome =
  /** The region said that it is done. */
  | 'acked'
  /** The region said that nothing was written. */
  | 'refused'
  /** No answer, or one that leaves it open. */
  | 'unknown';

export interface Write {
  readonly kind: 'create' | 'update' | 'delete';
  readonly accessor: string;
  /** What the token is called after it; empty for a delete. */
  readonly name: string;
  readonly scope: 'global' | 'local';
  /** Where it was sent. */
  readonly region: string;
  readonly start: number;
  readonly end: number;
  readonly outcome: Outcome;
}

/** What one of several clients did to a token that they share. */
export interface Access {
  readonly key: string;
  /** Reads are the authority's answers. */
  readonly kind: 'create' | 'update' | 'delete' | 'read';
  /** What the token is called after it, or was found to be called; `null` for no such token. Each written value is unique. */
  readonly value: string | null;
  readonly region: string;
  readonly start: number;
  readonly end: number;
  readonly outcome: Outcome;
  /** Of a read that found it. */
  readonly modifyIndex?: number;
}

/** One look of a poller at a region's table index. */
export interface Look {
  readonly poller: string;
  readonly region: string;
  readonly start: number;
  readonly end: number;
  readonly index: number;
}

/** One use of a token's secret, and whether the region took it. A region that could not tell is left out. */
export interface Use {
  readonly accessor: string;
  readonly region: string;
  readonly start: number;
  readonly end: number;
  readonly accepted: boolean;
}

/** One change that a feed follower learnt of, in the order of arrival. */
export interface FeedEvent {
  /** `sent` by the feed, or found in the `list` that the feed told the follower to read before it goes on. */
  readonly by: 'sent' | 'list';
  readonly follower: string;
  readonly region: string;
  /** Of a deletion found in a list: the list's own index. */
  readonly index: number;
  /** What the follower may rely on afterwards: the event's own index, or the index of the list, which may show records that are newer than it. */
  readonly through: number;
  readonly accessor: string;
  readonly deleted: boolean;
}

export interface Final {
  readonly region: string;
  readonly tokens: ReadonlyMap<string, { readonly name: string; readonly modifyIndex: number }>;
}

/** Collects a history while it happens. */
export class Recorder {
  readonly writes: Write[] = [];
  readonly looks: Look[] = [];
  readonly uses: Use[] = [];
  readonly events: FeedEvent[] = [];
  readonly accesses: Access[] = [];

  history(finals: readonly Final[]): History {
    return { writes: this.writes, looks: this.looks, uses: this.uses, events: this.events, accesses: this.accesses, finals };
  }
}
