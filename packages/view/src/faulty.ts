import type { CallOptions, ChangeBatch, View, ViewErrorCode } from './view.ts';
import { ViewError } from './view.ts';

export type ViewMethod = 'watermark' | 'get' | 'find' | 'list' | 'changes' | 'apply' | 'mark' | 'reset';

export type ViewFault =
  /** Done after a while. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Not done, refused with this code. A feed ends with it. */
  | { readonly kind: 'fail'; readonly code: ViewErrorCode }
  /** Done, and then `unavailable`: the acknowledgement was lost. A feed swallows a batch, as no adapter may. */
  | { readonly kind: 'lose' }
  /** Not done, and never answered: it ends when its signal aborts. A feed gives nothing more. */
  | { readonly kind: 'drop' };

/** Asked before each call, and before each batch of a feed; `nth` counts those of the method from 1. `undefined`: no fault. */
export type ViewFaultPlan = (call: { readonly method: ViewMethod; readonly nth: number }) => ViewFault | undefined;

export interface FaultyWorld {
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A view that fails as planned, for tests of those who use one. `close` never fails. */
export function faultyView(view: View, plan: ViewFaultPlan, world: FaultyWorld): View {
  const counts = new Map<ViewMethod, number>();
  const faultOf = (method: ViewMethod): ViewFault | undefined => {
    const nth = (counts.get(method) ?? 0) + 1;
    counts.set(method, nth);
    return plan({ method, nth });
  };
  const run = <T>(method: ViewMethod, call: () => Promise<T>, options: CallOptions | undefined): Promise<T> =>
    suffer(faultOf(method), call, options?.signal, world);
  return {
    watermark: (options) => run('watermark', () => view.watermark(options), options),
    get: (kind, id, options) => run('get', () => view.get(kind, id, options), options),
    find: (kind, index, value, options) => run('find', () => view.find(kind, index, value, options), options),
    list: (kind, query, options) => run('list', () => view.list(kind, query, options), options),
    apply: (entries, range, options) => run('apply', () => view.apply(entries, range, options), options),
    mark: (mark, options) => run('mark', () => view.mark(mark, options), options),
    reset: (reset, options) => run('reset', () => view.reset(reset, options), options),
    changes: (options) => feed(view.changes(options), () => faultOf('changes'), options.signal, world),
    close: () => view.close(),
  };
}

async function suffer<T>(fault: ViewFault | undefined, call: () => Promise<T>, signal: AbortSignal | undefined, world: FaultyWorld): Promise<T> {
  switch (fault?.kind) {
    case undefined:
      return call();
    case 'delay':
      await world.sleep(fault.ms, signal);
      return call();
    case 'fail':
      throw planned(fault.code);
    case 'lose':
      await call();
      throw planned('unavailable');
    case 'drop':
      return never(signal);
  }
}

async function* feed(
  batches: AsyncIterable<ChangeBatch>,
  next: () => ViewFault | undefined,
  signal: AbortSignal,
  world: FaultyWorld,
): AsyncGenerator<ChangeBatch> {
  for await (const batch of batches) {
    const fault = next();
    if (fault?.kind === 'lose') continue;
    try {
      yield await suffer(fault, async () => batch, signal, world);
    } catch (error) {
      // An abort ends a feed without an error.
      if (signal.aborted && error === signal.reason) return;
      throw error;
    }
  }
}

function planned(code: ViewErrorCode): ViewError {
  return new ViewError(code, `planned fault: ${code}`);
}

function never(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
