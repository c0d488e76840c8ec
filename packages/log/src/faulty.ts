import type { CallOptions, Log, LogErrorCode, TailBatch } from './log.ts';
import { LogError } from './log.ts';

export type LogMethod = 'append' | 'get' | 'head' | 'compact' | 'rewrite' | 'tail';

export type LogFault =
  /** Done after a while. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Not done, refused with this code. A tail ends with it. */
  | { readonly kind: 'fail'; readonly code: LogErrorCode }
  /** Done or not done, and then the answer is lost: `outcome_unknown` of an append, a compaction or a rewrite, `unavailable` of a read. A tail swallows a batch, as no adapter may. */
  | { readonly kind: 'unknown'; readonly written: boolean }
  /** Not done, and never answered: it ends when its signal aborts. A tail gives nothing more. */
  | { readonly kind: 'drop' };

/** Asked before each call, and before each batch of a tail; `nth` counts those of the method from 1. `undefined`: no fault. */
export type LogFaultPlan = (call: { readonly method: LogMethod; readonly nth: number }) => LogFault | undefined;

export interface FaultyWorld {
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A plan from lists: the first fault of a method's list strikes its first call. */
export function scripted(script: { readonly [M in LogMethod]?: readonly (LogFault | undefined)[] }): LogFaultPlan {
  return ({ method, nth }) => script[method]?.[nth - 1];
}

/** A plan by chance: strikes a share of all calls with one of the faults. `fraction` is uniform in [0, 1). */
export function randomly(fraction: () => number, share: number, faults: readonly LogFault[]): LogFaultPlan {
  return () => (fraction() < share ? faults[Math.floor(fraction() * faults.length)] : undefined);
}

/** A log that fails as planned, for tests of those who use one. `close` never fails. */
export function faultyLog(log: Log, plan: LogFaultPlan, world: FaultyWorld): Log {
  const counts = new Map<LogMethod, number>();
  const faultOf = (method: LogMethod): LogFault | undefined => {
    const nth = (counts.get(method) ?? 0) + 1;
    counts.set(method, nth);
    return plan({ method, nth });
  };
  const read = <T>(method: LogMethod, call: () => Promise<T>, options: CallOptions | undefined): Promise<T> =>
    suffer(faultOf(method), call, 'unavailable', options?.signal, world);
  const write = <T>(method: LogMethod, call: () => Promise<T>, options: CallOptions | undefined): Promise<T> =>
    suffer(faultOf(method), call, 'outcome_unknown', options?.signal, world);
  return {
    append: (record, expect, options) => write('append', () => log.append(record, expect, options), options),
    rewrite: (records, options) => write('rewrite', () => log.rewrite(records, options), options),
    compact: (before, options) => write('compact', () => log.compact(before, options), options),
    get: (key, options) => read('get', () => log.get(key, options), options),
    head: (options) => read('head', () => log.head(options), options),
    tail: (options) => follow(log.tail(options), () => faultOf('tail'), options.signal, world),
    close: () => log.close(),
  };
}

async function suffer<T>(
  fault: LogFault | undefined,
  call: () => Promise<T>,
  lost: LogErrorCode,
  signal: AbortSignal | undefined,
  world: FaultyWorld,
): Promise<T> {
  switch (fault?.kind) {
    case undefined:
      return call();
    case 'delay':
      await world.sleep(fault.ms, signal);
      return call();
    case 'fail':
      throw planned(fault.code);
    case 'unknown':
      if (fault.written) await call();
      throw planned(lost);
    case 'drop':
      return never(signal);
  }
}

async function* follow(
  batches: AsyncIterable<TailBatch>,
  next: () => LogFault | undefined,
  signal: AbortSignal,
  world: FaultyWorld,
): AsyncGenerator<TailBatch, undefined> {
  for await (const batch of batches) {
    const fault = next();
    if (fault?.kind === 'unknown') continue;
    try {
      yield await suffer(fault, async () => batch, 'unavailable', signal, world);
    } catch (error) {
      // An abort ends a tail without an error.
      if (signal.aborted && error === signal.reason) return undefined;
      throw error;
    }
  }
  return undefined;
}

function planned(code: LogErrorCode): LogError {
  return new LogError(code, `planned fault: ${code}`);
}

function never(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
