import type { Timers } from './world.ts';

/** The reason of a signal whose time was up. */
export class DeadlineExceeded extends Error {
  constructor(ms: number) {
    super(`not finished within ${ms} ms`);
    this.name = 'DeadlineExceeded';
  }
}

export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
}

/** A signal that aborts when `parent` does, or after `ms` with `DeadlineExceeded`. Dispose of it to free the timer and the listener. */
export function deadline(timers: Timers, ms: number, parent?: AbortSignal): Deadline {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent?.reason);
  const timer = timers.after(ms, () => controller.abort(new DeadlineExceeded(ms)));
  if (parent?.aborted) follow();
  else parent?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      parent?.removeEventListener('abort', follow);
    },
  };
}
