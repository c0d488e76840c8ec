import type { Network } from './network.ts';
import type { SimNode, SimProcess } from './node.ts';

/** No answer came in time: whether the request arrived cannot be told. */
export class Lost extends Error {
  constructor() {
    super('no answer came');
    this.name = 'Lost';
  }
}

/** There was no connection: the request was not sent. */
export class Refused extends Error {
  constructor() {
    super('there is no connection');
    this.name = 'Refused';
  }
}

/** How a store gives its answer: now or later, once. */
export type Serve<T> = (answer: (make: () => T) => void) => void;

export interface ExchangeOptions {
  readonly label: string;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  /** May be carried out twice. */
  readonly repeatable?: boolean;
}

/**
 * Asks a store. The request and the answer are messages of their own; the work is done in one piece when the request arrives. Rejects with what the work throws, `Lost`, `Refused`, or the
 * signal's reason.
 */
export function exchange<T>(network: Network, from: SimProcess, to: SimNode, serve: Serve<T>, options: ExchangeOptions): Promise<T> {
  const { signal, label } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    let over = false;
    const finish = (end: () => void): void => {
      if (over) return;
      over = true;
      timer[Symbol.dispose]();
      signal?.removeEventListener('abort', abort);
      end();
    };
    const abort = (): void => finish(() => reject(signal?.reason));
    const timer = from.timer(options.timeoutMs, `${label} gives up`, () => finish(() => reject(new Lost())));
    signal?.addEventListener('abort', abort, { once: true });
    const deliver = (): void =>
      serve((make) => {
        const outcome = attempt(make);
        network.send(to, from.node, { label: `${label} answer`, to: from, deliver: () => finish(() => ('value' in outcome ? resolve(outcome.value) : reject(outcome.error))) });
      });
    const sent = network.send(from.node, to, { label, deliver, repeatable: options.repeatable === true });
    if (!sent) from.timer(1, `${label} is refused`, () => finish(() => reject(new Refused())));
  });
}

function attempt<T>(make: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: make() };
  } catch (error) {
    return { error };
  }
}

/** Serves at once. */
export function atOnce<T>(work: () => T): Serve<T> {
  return (answer) => answer(work);
}
