import { randomBytes } from './random.ts';

/** The wall clock and a clock that never jumps. */
export interface Clock {
  /** Milliseconds since the Unix epoch, fractions allowed. May jump. */
  now(): number;
  /** Milliseconds since an arbitrary start. Never goes back. For durations. */
  monotonic(): number;
}

export interface Timers {
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. Does not keep the process alive. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls once after `ms` unless disposed of before. Does not keep the process alive. */
  after(ms: number, call: () => void): Disposable;
  /** Calls once the event loop has served what is waiting now. */
  soon(call: () => void): void;
}

export interface Random {
  /** Bytes from a cryptographically secure source. */
  bytes(count: number): Uint8Array;
  /** Uniform in [0, 1); for jitter, never for secrets. */
  fraction(): number;
}

/** Everything a service takes from the world besides its ports; a simulation brings its own. */
export interface World {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
}

export const systemWorld: World = {
  clock: {
    now: () => Date.now(),
    monotonic: () => performance.now(),
  },
  timers: {
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const abort = (): void => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', abort);
          resolve();
        }, ms).unref();
        signal?.addEventListener('abort', abort, { once: true });
      });
    },
    after(ms, call) {
      const timer = setTimeout(call, ms).unref();
      return { [Symbol.dispose]: () => clearTimeout(timer) };
    },
    soon: (call) => void setImmediate(call),
  },
  random: {
    bytes: randomBytes,
    fraction: () => Math.random(),
  },
};
