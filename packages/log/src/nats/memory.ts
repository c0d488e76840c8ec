import type { Delivered } from './consumer.ts';
import type { LogFacts } from './facts.ts';

/** What this process has seen of one log, whoever of its users saw it. Another incarnation starts anew. */
export class Memory {
  #incarnation: string | undefined;
  #highest = 0;
  #newest: Delivered | undefined;

  /** That the log reached this sequence. */
  reached({ incarnation }: LogFacts, sequence: number): void {
    this.#turnTo(incarnation);
    if (sequence > this.#highest) this.#highest = sequence;
  }

  /** That this message was delivered. */
  received(facts: LogFacts, message: Delivered): void {
    this.reached(facts, message.sequence);
    if (this.#newest === undefined || message.sequence > this.#newest.sequence) this.#newest = message;
  }

  /** Highest sequence seen; 0 for none. */
  highest({ incarnation }: LogFacts): number {
    return this.#incarnation === incarnation ? this.#highest : 0;
  }

  /** The newest message: by it a log is told from what a power loss or a restored backup left of it. */
  newest({ incarnation }: LogFacts): Delivered | undefined {
    return this.#incarnation === incarnation ? this.#newest : undefined;
  }

  #turnTo(incarnation: string): void {
    if (this.#incarnation === incarnation) return;
    this.#incarnation = incarnation;
    this.#highest = 0;
    this.#newest = undefined;
  }
}
