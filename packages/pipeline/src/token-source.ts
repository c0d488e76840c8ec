import type { World } from '@mintmark/kit/lifecycle';
import type { Failure } from './api-error.ts';

/** What the API says when it is asked for a token. */
export type Fetched = { readonly ok: true; readonly token: string; readonly expiresInMs: number } | { readonly ok: false; readonly failure: Failure };

interface Held {
  readonly token: string;
  /** Moments of the monotonic clock. */
  readonly usableUntil: number;
  readonly renewAt: number;
}

/** Tokens are dated to the second: one may end so much before what its lifetime says. */
const DATED_MS = 1_000;
/** At which part of its life a token is renewed, and how far that differs from pipeline to pipeline. */
const RENEW_AT = 0.7;
const JITTER = 0.15;
const RETRY_MS = { least: 250, most: 5_000 } as const;
/** An API that refuses whatever it is shown is not asked for tokens more often. */
const REPLACED_EVERY_MS = 1_000;
/** So long a refusal answers all who ask. */
const REFUSED_FOR_MS = 250;

/**
 * The job's token. One is held while it lasts and renewed ahead of its end; where a renewal fails it goes on to count. Whoever asks while there is none waits
 * for one question to the API, which all who ask share.
 */
export class TokenSource {
  readonly #fetch: () => Promise<Fetched>;
  readonly #world: World;
  #held: Held | undefined;
  #asking: Promise<Fetched> | undefined;
  #replacedAt = Number.NEGATIVE_INFINITY;
  #refused: { readonly failure: Failure; readonly until: number } | undefined;

  constructor(fetch: () => Promise<Fetched>, world: World) {
    this.#fetch = fetch;
    this.#world = world;
  }

  /** A token that counts now, or why there is none. */
  async token(): Promise<{ readonly ok: true; readonly token: string } | { readonly ok: false; readonly failure: Failure }> {
    const now = this.#world.clock.monotonic();
    if (this.#held !== undefined && now < this.#held.usableUntil) return { ok: true, token: this.#held.token };
    if (this.#refused !== undefined && now < this.#refused.until) return { ok: false, failure: this.#refused.failure };
    return this.fresh();
  }

  /** A new one. */
  fresh(): Promise<Fetched> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** The API refuses this one: it is asked for another, once a second at most. */
  drop(token: string): void {
    const now = this.#world.clock.monotonic();
    if (this.#held?.token !== token || now - this.#replacedAt < REPLACED_EVERY_MS) return;
    this.#replacedAt = now;
    this.#held = undefined;
  }

  /** Renews, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    let waitMs: number = RETRY_MS.least;
    while (!signal.aborted) {
      const due = this.#held === undefined ? 0 : this.#held.renewAt - this.#world.clock.monotonic();
      if (due > 0) {
        await this.#world.timers.sleep(Math.min(due, RETRY_MS.most), signal).catch(() => undefined);
        continue;
      }
      const { ok } = await this.fresh();
      waitMs = ok ? RETRY_MS.least : Math.min(2 * waitMs, RETRY_MS.most);
      if (!ok) await this.#world.timers.sleep(waitMs * (1 + JITTER * this.#world.random.fraction()), signal).catch(() => undefined);
    }
  }

  async #ask(): Promise<Fetched> {
    const { clock, random } = this.#world;
    const from = clock.monotonic();
    const fetched = await this.#fetch();
    if (!fetched.ok) {
      this.#refused = { failure: fetched.failure, until: clock.monotonic() + REFUSED_FOR_MS };
      return fetched;
    }
    const lifeMs = Math.max(0, fetched.expiresInMs - DATED_MS);
    this.#refused = undefined;
    this.#held = { token: fetched.token, usableUntil: from + lifeMs, renewAt: from + lifeMs * (RENEW_AT + JITTER * random.fraction()) };
    return fetched;
  }
}
