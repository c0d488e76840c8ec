import { digestOf, Refusal } from '@mintmark/domain';
import type { Timers } from '@mintmark/kit/lifecycle';
import { Places } from '@mintmark/kit/overload';
import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/*
 * Limits of failed logins, counted by this process.
 *
 * T1  One source fails often at one user: it is refused there for a while. Nobody else is.
 * T2  One source fails often at whatever users: it is refused everywhere for a while.
 * T3  A user is failed at often, from anywhere: logins as that user from sources that have not succeeded there lately wait a little before they are judged.
 *     They are never refused, so nobody can lock somebody else out; and somebody who guesses from many places gets slow.
 *
 * What is limited is what was typed, so a user that does not exist is limited like one that does. A digest of it is remembered: it may be long.
 */

export interface AttemptLimits {
  readonly perUserAndSource: number;
  readonly perSource: number;
  /** Failures at a user before others wait. */
  readonly perUser: number;
  readonly windowSeconds: number;
  /** How long they wait: milliseconds. */
  readonly delayMs: number;
}

export const ATTEMPT_LIMITS: AttemptLimits = { perUserAndSource: 10, perSource: 200, perUser: 50, windowSeconds: 900, delayMs: 2_000 };

/** How long a source counts as one of the user's own: no longer than a timer of the platform can run. */
const KNOWN_SECONDS = 20 * 86_400;
/** Logins that may wait at once, and from one source; further ones are told to come back, which says nothing of the user. */
const MAX_DELAYED = { limit: 256, perClient: 16 };

export class Attempts {
  readonly #limits: AttemptLimits;
  readonly #timers: Timers;
  readonly #pairs: RateLimiterMemory;
  readonly #sources: RateLimiterMemory;
  readonly #users: RateLimiterMemory;
  readonly #known: RateLimiterMemory;
  readonly #delayed = new Places({ name: 'delayed_logins', ...MAX_DELAYED });

  constructor(timers: Timers, limits: AttemptLimits = ATTEMPT_LIMITS) {
    const { windowSeconds: duration } = limits;
    this.#limits = limits;
    this.#timers = timers;
    this.#pairs = new RateLimiterMemory({ points: limits.perUserAndSource, duration });
    this.#sources = new RateLimiterMemory({ points: limits.perSource, duration });
    this.#users = new RateLimiterMemory({ points: limits.perUser, duration });
    this.#known = new RateLimiterMemory({ points: 1, duration: KNOWN_SECONDS });
  }

  /** Resolves when the login may be judged. Throws the refusals `resource_exhausted` and `unavailable`. */
  async admit(user: string, address: string, signal: AbortSignal): Promise<void> {
    await this.stillAdmits(user, address);
    const source = sourceOf(address);
    const failures = (await this.#users.get(digestOf(user)))?.consumedPoints ?? 0;
    if (failures < this.#limits.perUser || (await this.#known.get(pairOf(user, source))) !== null) return;
    await this.#wait(source, signal);
    await this.stillAdmits(user, address);
  }

  /** As `admit`, by T1 and T2 alone: once a login is judged, others that came with it may have failed. Throws the refusal `resource_exhausted`. */
  async stillAdmits(user: string, address: string): Promise<void> {
    const source = sourceOf(address);
    refuseBeyond(await this.#pairs.get(pairOf(user, source)), this.#limits.perUserAndSource);
    refuseBeyond(await this.#sources.get(source), this.#limits.perSource);
  }

  async failed(user: string, address: string): Promise<void> {
    const source = sourceOf(address);
    await Promise.all([count(this.#pairs, pairOf(user, source)), count(this.#sources, source), count(this.#users, digestOf(user))]);
  }

  /** As `admit`, by T2 alone: of a sign-in that names no user before it is judged. */
  async admitSource(address: string): Promise<void> {
    refuseBeyond(await this.#sources.get(sourceOf(address)), this.#limits.perSource);
  }

  async failedSource(address: string): Promise<void> {
    await count(this.#sources, sourceOf(address));
  }

  async succeeded(user: string, address: string): Promise<void> {
    const pair = pairOf(user, sourceOf(address));
    await this.#pairs.delete(pair);
    await this.#known.set(pair, 1, KNOWN_SECONDS);
  }

  async #wait(source: string, signal: AbortSignal): Promise<void> {
    const taken = this.#delayed.take(source);
    if (typeof taken === 'string') throw new Refusal('unavailable', 'too many logins wait now: nothing was done, try again', { retryAfterMs: 2_000 });
    using _place = taken;
    await this.#timers.sleep(this.#limits.delayMs, signal);
  }
}

function refuseBeyond(counted: RateLimiterRes | null, limit: number): void {
  if (counted === null || counted.consumedPoints < limit) return;
  throw new Refusal('resource_exhausted', 'too many failed logins from here: try again later', { retryAfterMs: Math.max(1_000, counted.msBeforeNext) });
}

async function count(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    // Beyond its limit a consumption is counted and told by a rejection.
    if (!(error instanceof RateLimiterRes)) throw error;
  }
}

function pairOf(user: string, source: string): string {
  return `${digestOf(user)} ${source}`;
}

/** An IPv4 address, or the /64 of an IPv6 one: that much belongs to one customer. */
function sourceOf(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  const read = ipaddr.process(address);
  return read.kind() === 'ipv4' ? read.toString() : read.toByteArray().slice(0, 8).join('.');
}
