import { ATTACH_EVERY_MS, ATTACH_LEASE_MS, type issuer } from '@mintmark/contract';
import { NO_REVISION } from '@mintmark/domain';
import { deadline, type World } from '@mintmark/kit/lifecycle';
import type { BidiCall } from '@mintmark/kit/rpc';
import type { Follower } from '@mintmark/view';

/** Trust ends this much before the issuer's lease does. */
const MARGIN_MS = 250;
const RETRY_MS = 200;

type Stream = BidiCall<issuer.Coverage, issuer.Attached>;

/**
 * Tells the issuer how far this validator has heard of changes, so that no write returns before it has. While attached, and only then, the
 * cache alone may say allow: otherwise a revocation could have returned without this validator knowing (A1, A2, A4 of the issuer).
 */
export class Attachment {
  readonly #open: (signal: AbortSignal) => Stream;
  readonly #follower: Follower;
  readonly #world: World;
  readonly #id: string;
  #trustedUntil = Number.NEGATIVE_INFINITY;

  constructor(deps: { readonly open: (signal: AbortSignal) => Stream; readonly follower: Follower; readonly world: World; readonly validatorId: string }) {
    this.#open = deps.open;
    this.#follower = deps.follower;
    this.#world = deps.world;
    this.#id = deps.validatorId;
  }

  /** Whether the issuer holds writes back until this validator has heard of them. */
  get attached(): boolean {
    return this.#world.clock.monotonic() < this.#trustedUntil;
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#once(signal).catch(() => undefined);
      this.#trustedUntil = Number.NEGATIVE_INFINITY;
      await this.#world.timers.sleep(RETRY_MS, signal).catch(() => undefined);
    }
  }

  async #once(signal: AbortSignal): Promise<void> {
    await this.#follower.covers(NO_REVISION, signal);
    const over = new AbortController();
    using stream = this.#open(AbortSignal.any([signal, over.signal]));
    const sentAt: number[] = [];
    const reporting = this.#report(stream, sentAt, AbortSignal.any([signal, over.signal])).catch(() => undefined);
    try {
      for await (const { answered } of stream.responses) {
        const sent = sentAt.shift();
        const caughtUp = this.#follower.live && (this.#follower.position?.revision ?? NO_REVISION) >= answered;
        if (sent !== undefined) this.#trustedUntil = caughtUp ? sent + ATTACH_LEASE_MS - MARGIN_MS : Number.NEGATIVE_INFINITY;
      }
    } finally {
      over.abort();
      await reporting;
    }
  }

  async #report(stream: Stream, sentAt: number[], signal: AbortSignal): Promise<void> {
    let told = -1;
    while (!signal.aborted) {
      told = this.#follower.position?.revision ?? NO_REVISION;
      sentAt.push(this.#world.clock.monotonic());
      await stream.send({ validatorId: this.#id, covered: told });
      await this.#next(told, signal);
    }
  }

  /** Returns at the next change, or when it is time for a sign of life. */
  async #next(told: number, signal: AbortSignal): Promise<void> {
    using signOfLife = deadline(this.#world.timers, ATTACH_EVERY_MS, signal);
    await this.#follower.until(() => this.#follower.position?.revision !== told, signOfLife.signal).catch(() => undefined);
  }
}
