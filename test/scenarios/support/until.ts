import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../harness/eventually.ts';

export interface Bounds {
  /** Milliseconds until the wait fails; 10,000 when absent. */
  readonly within?: number;
  /** Milliseconds between two looks; 20 when absent. */
  readonly every?: number;
}

/** The harness' `eventually` with the bounds that fit an HTTP call per look. */
export function until<T>(what: string, probe: () => Promise<T>, bounds: Bounds = {}): Promise<NonNullable<Exclude<T, false>>> {
  return eventually(probe, { within: 10_000, every: 20, ...bounds, what });
}

/** Whether a promise is still open after `ms`. It is for "nothing woke it" claims, where time itself is the condition. */
export async function stillOpen(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const open = Symbol('open');
  return (await Promise.race([promise, pause(ms, open)])) === open;
}
