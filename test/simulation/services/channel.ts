import { CallEnded } from '@mintmark/kit/lifecycle';
import type { Network } from '../kernel/network.ts';
import type { SimProcess } from '../kernel/node.ts';

const RESEND_MS = 120;
/** How long a connection into nothing is kept. */
const BREAKS_AFTER_MS = 8_000;

/** One direction of a connection: in order, nothing lost, until it breaks. */
export class Pipe<T> implements AsyncIterable<T> {
  readonly #network: Network;
  readonly #from: SimProcess;
  readonly #to: SimProcess;
  readonly #label: string;
  readonly #arrived: T[] = [];
  #last = 0;
  #waiting: { resolve(result: IteratorResult<T, undefined>): void; reject(error: unknown): void } | undefined;
  #broken: { readonly error: unknown } | undefined;

  constructor(network: Network, from: SimProcess, to: SimProcess, label: string) {
    this.#network = network;
    this.#from = from;
    this.#to = to;
    this.#label = label;
  }

  /** What the other side hears, later. Held back while the way is cut; a way that stays cut breaks the connection. */
  send(message: T, sentAt = this.#from.scheduler.now): void {
    const { node } = this.#to;
    if (this.#network.weather(this.#from.node, node).cut === true) {
      if (this.#from.scheduler.now - sentAt > BREAKS_AFTER_MS) return this.break(new CallEnded('cancelled'));
      this.#from.timer(RESEND_MS, `${this.#label} again`, () => this.send(message, sentAt));
      return;
    }
    this.#last = Math.max(this.#last, this.#from.scheduler.now + this.#network.latency(this.#from.node, node));
    const deliver = (): void => this.#take(message);
    this.#from.scheduler.after(this.#last - this.#from.scheduler.now, `${this.#from.node.name} > ${node.name} ${this.#label}`, deliver, this.#to);
  }

  /** The reader gets the reason once it has read what has arrived. */
  break(error: unknown): void {
    if (this.#broken !== undefined) return;
    this.#broken = { error };
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const message = this.#arrived.shift();
    if (message !== undefined) return Promise.resolve({ value: message, done: false });
    if (this.#broken !== undefined) return Promise.reject(this.#broken.error);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => this.next() };
  }

  #take(message: T): void {
    if (this.#broken !== undefined) return;
    if (this.#waiting === undefined) {
      this.#arrived.push(message);
      return;
    }
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve({ value: message, done: false });
  }
}
