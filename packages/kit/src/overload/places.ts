import { type Bound, type BoundReason, Refusals } from './bound.ts';

export interface PlacesOptions {
  readonly name: string;
  readonly limit: number;
  /** Places that one client may have. Default: all. */
  readonly perClient?: number;
}

/** Why there is no place. `full`: come back later, nothing is wrong with the caller. `client`: the caller has as many as it may have. */
export type NoPlace = Extract<BoundReason, 'full' | 'client'>;

/** A bounded number of places, of which one client gets a bounded number. Whoever gets none is told so at once: nobody waits for a place. */
export class Places implements Bound {
  readonly name: string;
  readonly limit: number;
  readonly perClient: number;
  readonly #refusals = new Refusals();
  readonly #byClient = new Map<string, number>();
  #taken = 0;

  /** Throws a `RangeError` unless both numbers are whole and from 1. */
  constructor({ name, limit, perClient = limit }: PlacesOptions) {
    for (const number of [limit, perClient]) if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`${name}: must be a whole number from 1, not ${number}`);
    this.name = name;
    this.limit = limit;
    this.perClient = perClient;
  }

  get taken(): number {
    return this.#taken;
  }

  get refused(): Bound['refused'] {
    return this.#refusals.counts;
  }

  /** A place until it is disposed of, or why there is none. Without a client only the whole is bounded. */
  take(client?: string): Disposable | NoPlace {
    if (this.isFull) return this.#no('full');
    const own = client === undefined ? 0 : (this.#byClient.get(client) ?? 0);
    if (own >= this.perClient) return this.#no('client');
    this.#taken += 1;
    if (client !== undefined) this.#byClient.set(client, own + 1);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#give(client);
        held = false;
      },
    };
  }

  get isFull(): boolean {
    return this.#taken >= this.limit;
  }

  /** Counts somebody who was refused a place without asking for it, or who lost it. */
  count(why: BoundReason): void {
    this.#refusals.add(why);
  }

  #no(why: NoPlace): NoPlace {
    this.count(why);
    return why;
  }

  #give(client: string | undefined): void {
    this.#taken -= 1;
    if (client === undefined) return;
    const left = (this.#byClient.get(client) ?? 1) - 1;
    if (left === 0) this.#byClient.delete(client);
    else this.#byClient.set(client, left);
  }
}
