import type { Kind } from '@mintmark/domain';
import type { ValidatorEvents } from '../events.ts';

export interface RefusedRecord {
  readonly kind: Kind;
  readonly id: string;
  readonly problem: string;
}

/** Records whose refusal is remembered, so that each is told of once however often it is read. */
const REMEMBERED = 1_000;

/** What the view holds that nobody may believe (P10), since this process began. */
export class Refusals {
  readonly #events: ValidatorEvents;
  readonly #told = new Map<string, string>();
  #latest: RefusedRecord | undefined;
  #count = 0;

  constructor(events: ValidatorEvents) {
    this.#events = events;
  }

  take(refused: RefusedRecord): void {
    const { kind, id, problem } = refused;
    const name = `${kind} ${id}`;
    const again = this.#told.get(name) === problem;
    if (!again) this.#remember(name, problem);
    this.#latest = refused;
    this.#count += 1;
    this.#events.recordRefused({ ...refused, again });
  }

  /** A line for `/readyz` where there is something to tell. The region goes on without the records. */
  get readiness(): readonly { readonly name: string; readonly ready: true; readonly detail: string }[] {
    if (this.#latest === undefined) return [];
    const { kind, id, problem } = this.#latest;
    return [{ name: 'records', ready: true, detail: `ALARM: the view holds what no issuer has said, read ${this.#count} times; the latest is ${kind} ${id}: ${problem}` }];
  }

  #remember(name: string, problem: string): void {
    if (this.#told.size >= REMEMBERED) this.#told.clear();
    this.#told.set(name, problem);
  }
}
