import type { Comparison } from './core/verify/comparison.ts';

/** It cannot be read, or nobody may believe it (P10), or this region cannot hold it. */
export type SetAsideBecause = 'unreadable' | 'refused' | 'unfit';

/** What the replicator tells operators. None of the calls throws, none is given a secret. */
export interface ReplicatorEvents {
  /** A loop failed and will be tried again. */
  interrupted(event: { readonly loop: 'project' | 'pull' | 'mark' | 'verify'; readonly error: unknown }): void;
  /** The view is folded again from the start. */
  folding(event: { readonly reason: string; readonly epoch: string }): void;
  /** The view shows the log's head again. */
  ready(event: { readonly revision: number; readonly tookMs: number }): void;
  /** The log was lost, and has been written again from the view; its index goes on above `above` (P1). */
  restored(event: { readonly records: number; readonly above: number; readonly tookMs: number }): void;
  projected(event: { readonly entries: number; readonly through: number }): void;
  pulled(event: { readonly entries: number; readonly through: number }): void;
  /** A complete listing of the authority was compared with the region's copy. */
  reconciled(event: { readonly listed: number; readonly deleted: number }): void;
  /** A store, or the region's copy, was compared, and what differed repaired where that could be (P1, P3). */
  compared(event: Comparison): void;
  /** Tombstones that were old enough were purged. */
  compacted(event: { readonly purged: number; readonly before: number }): void;
  /** One record was left out so that the others go on (P12). */
  setAside(event: { readonly source: 'log' | 'authority' | 'view'; readonly why: SetAsideBecause; readonly revision: number; readonly key: string; readonly problem: string }): void;
  /** A state that an authority before decided, and that the present one never had, was set aside; `held`: it is in force here until the authority has taken it over. */
  notHandedOver(event: { readonly key: string; readonly epoch: number; readonly region: string; readonly revision: number; readonly held: boolean }): void;
  /** Something that an operator has to know holds from now on; `undefined` when it is over. */
  trouble(event: { readonly loop: 'project' | 'pull'; readonly trouble: string | undefined }): void;
}
