import type { Clock } from '@mintmark/kit/lifecycle';

/** Tells when the wall clock leaps: a clock that counts milliseconds and never jumps stands beside it. */
export class ClockLeaps {
  readonly #clock: Clock;
  #before: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#before = this.#apart();
  }

  /** How far the wall clock went ahead by itself since the last call, or since this was made: milliseconds, negative where it went back. */
  take(): number {
    const before = this.#before;
    this.#before = this.#apart();
    return this.#before - before;
  }

  #apart(): number {
    return this.#clock.now() - this.#clock.monotonic();
  }
}
