import { setTimeout as sleep } from 'node:timers/promises';

export interface EventuallyOptions {
  /** Bound in milliseconds; default 5,000. */
  readonly within?: number;
  /** Pause between two looks in milliseconds; default 10. */
  readonly every?: number;
  /** What is awaited, for the error. */
  readonly what?: string;
}

/**
 * Looks until the condition returns something other than `false`, `null` or `undefined`, and returns that. A condition that throws is looked at again. Throws
 * at the bound, with what the last look threw as its cause.
 */
export async function eventually<T>(condition: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<NonNullable<Exclude<T, false>>> {
  const within = options.within ?? 5_000;
  const start = performance.now();
  let problem: unknown;
  for (;;) {
    try {
      problem = undefined;
      const value = await condition();
      if (value !== false && value !== undefined && value !== null) return value as NonNullable<Exclude<T, false>>;
    } catch (error) {
      problem = error;
    }
    if (performance.now() - start >= within) {
      const why = problem instanceof Error ? `: ${problem.message}` : '';
      throw new Error(`${options.what ?? 'the condition'} did not hold within ${within} ms${why}`, { cause: problem });
    }
    await sleep(options.every ?? 10);
  }
}
