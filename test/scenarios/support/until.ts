import { setTimeout as pause } from 'node:timers/promises';

export interface Bounds {
  /** Milliseconds until the wait fails; 10,000 when absent. */
  readonly within?: number;
  /** Milliseconds between two looks; 20 when absent. */
  readonly every?: number;
}

/**
 * Looks again and again until `probe` gives something other than `undefined` or `false`, and returns it. A probe that throws counts as
 * "not yet"; when time is up its last error is the cause.
 */
export async function until<T>(what: string, probe: () => Promise<T | undefined | false>, bounds: Bounds = {}): Promise<T> {
  const end = performance.now() + (bounds.within ?? 10_000);
  let last: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`not within ${bounds.within ?? 10_000} ms: ${what}`, { cause: last });
    await pause(bounds.every ?? 20);
  }
}

/** Whether a promise is still open after `ms`. It is for "nothing woke it" claims, where time itself is the condition. */
export async function stillOpen(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const open = Symbol('open');
  return (await Promise.race([promise, pause(ms, open)])) === open;
}
