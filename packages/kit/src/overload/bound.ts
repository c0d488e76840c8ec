import type { Metrics } from '../telemetry/index.ts';

/** Why something was refused at a bound. */
export type BoundReason =
  /** As much as the bound allows is in hand. */
  | 'full'
  /** As much as one client may have is in its hand. */
  | 'client'
  /** The other side has left calls unanswered; it is asked by one call at a time until it answers. */
  | 'silent'
  /** A reader did not take what was sent to it in time. */
  | 'slow';

/** A bound as operators see it. Everything that can grow with what clients do has one. */
export interface Bound {
  /** Low-cardinality, in snake case. */
  readonly name: string;
  /** Most that may be in hand. */
  readonly limit: number;
  readonly taken: number;
  /** Since the process began. */
  readonly refused: Readonly<Partial<Record<BoundReason, number>>>;
}

/** Shows bounds: what is in hand, what the bound is, and how often it was met. No two may have one name. */
export function showBounds(metrics: Metrics, bounds: readonly Bound[]): void {
  const each = <Labels extends string>(name: string, help: string, labels: readonly Labels[]) => ({ name, help, labels });
  metrics.gauge<'bound'>({ ...each('mintmark_bound_taken', 'In hand at each bound.', ['bound']), collect: (set) => bounds.forEach(({ name, taken }) => void set({ bound: name }, taken)) });
  metrics.gauge<'bound'>({ ...each('mintmark_bound_limit', 'Most that may be in hand.', ['bound']), collect: (set) => bounds.forEach(({ name, limit }) => void set({ bound: name }, limit)) });
  metrics.counter<'bound' | 'reason'>({
    ...each('mintmark_bound_refused_total', 'Refused at each bound, by reason: full, client, silent, slow.', ['bound', 'reason']),
    collect(total) {
      for (const { name, refused } of bounds) for (const [reason, count] of Object.entries(refused)) total({ bound: name, reason }, count);
    },
  });
}

/** Counts refusals. */
export class Refusals {
  readonly counts: Partial<Record<BoundReason, number>> = {};

  add(reason: BoundReason): void {
    this.counts[reason] = (this.counts[reason] ?? 0) + 1;
  }
}
