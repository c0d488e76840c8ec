import type { validator } from '@mintmark/contract';
import { formatFreshness, parseFreshness, Refusal, type Revision, revision } from '@mintmark/domain';
import type { CallContext } from '@mintmark/kit/rpc';
import type { ValidatorContext } from '../context.ts';
import { markOf } from '../core/rests-on.ts';
import { placeIn } from '../core/long-calls.ts';
import { addressOf } from './asking.ts';

const PER_STEP = 1_024;

/**
 * Tells every watcher which records that verdicts rest on have changed. A watcher that pings learns how old its news can be: an event with its number was made
 * after the number had arrived, of a feed that was heard of `age_ms` before; in a strict region that lost the authority, of an authority that was.
 */
export class RevocationFeed {
  readonly #ctx: ValidatorContext;

  constructor(ctx: ValidatorContext) {
    this.#ctx = ctx;
  }

  /** Throws `Refusal` `resource_exhausted` or `unavailable` where there is no place, and `unavailable` while the region was never reached. */
  async *watch(requests: AsyncIterable<validator.WatchRevocationsRequest>, call: CallContext): AsyncGenerator<validator.RevocationsEvent> {
    using _place = placeIn(this.#ctx.longCalls.revocations, addressOf(call));
    const pings = new Pings(requests);
    yield* this.#tell(await pings.first, pings, call.signal);
  }

  async *#tell(after: string, pings: Pings, signal: AbortSignal): AsyncGenerator<validator.RevocationsEvent> {
    const { changes, follower, strictness } = this.#ctx;
    if (follower.position === undefined) throw new Refusal('unavailable', "the region's view was not reached yet", { retryAfterMs: 1_000 });
    let epoch = '';
    let at = this.#resumed(after);
    while (!pings.ended) {
      const startedOver = at === undefined || at < changes.floor || (epoch !== '' && epoch !== changes.epoch);
      if (at === undefined || startedOver) at = changes.through;
      epoch = changes.epoch;
      await follower.until(() => follower.position?.epoch === changes.epoch, signal);
      if (epoch !== changes.epoch) continue;
      const told = changes.all(at, PER_STEP);
      at = revision(Math.max(told.through, at));
      const marks = told.changes.flatMap((change) => markOf(change) ?? []);
      yield { freshness: this.#freshness(at), marks, startedOver, pong: pings.latest, ageMs: Math.min(Math.ceil(strictness.lapsed(false) ? strictness.ageMs : follower.ageMs), 0xffff_ffff) };
      await pings.orUntil((either) => changes.moved(epoch, at as Revision, either), signal);
    }
  }

  /** `undefined` where it cannot be gone on from there. */
  #resumed(after: string): Revision | undefined {
    const { changes, follower, region } = this.#ctx;
    if (after === '') return changes.through;
    const wanted = parseFreshness(after);
    if (wanted === undefined) throw new Refusal('invalid_argument', 'after must be region:incarnation:index');
    if (wanted.region !== region || wanted.incarnation !== follower.position?.incarnation) return undefined;
    return revision(Math.min(wanted.index, changes.through));
  }

  #freshness(index: Revision): string {
    return formatFreshness({ region: this.#ctx.region, incarnation: this.#ctx.follower.position?.incarnation ?? '', index });
  }
}

/** What the watcher sends after its first message. */
class Pings {
  latest = 0;
  ended = false;
  readonly first: Promise<string>;
  #answered = 0;
  #wake: (() => void) | undefined;

  constructor(requests: AsyncIterable<validator.WatchRevocationsRequest>) {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.first = promise;
    this.#read(requests, resolve).then(() => resolve(''), reject);
  }

  /** Waits for one or the other: a ping that is not answered yet, or `wait`. */
  async orUntil(wait: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    if (!this.ended && this.latest === this.#answered) {
      const either = new AbortController();
      const abort = (): void => either.abort();
      signal.addEventListener('abort', abort, { once: true });
      this.#wake = abort;
      await wait(either.signal).catch(() => undefined);
      this.#wake = undefined;
      signal.removeEventListener('abort', abort);
      signal.throwIfAborted();
    }
    this.#answered = this.latest;
  }

  async #read(requests: AsyncIterable<validator.WatchRevocationsRequest>, begin: (after: string) => void): Promise<void> {
    try {
      for await (const { after, ping } of requests) {
        begin(after);
        this.latest = ping;
        this.#wake?.();
      }
    } finally {
      this.ended = true;
      this.#wake?.();
    }
  }
}
