import { type ClientDuplexStream, Metadata } from '@grpc/grpc-js';
import type { validator } from '@mintmark/contract';
import { formatFreshness, parseFreshness } from '@mintmark/domain';
import type { World } from '@mintmark/kit/lifecycle';
import type { KeptVerdicts } from './kept.ts';

type Stream = ClientDuplexStream<validator.WatchRevocationsRequest, validator.RevocationsEvent>;

export interface FeedOptions {
  readonly client: validator.ValidatorClient;
  readonly kept: KeptVerdicts;
  readonly world: World;
  /** How old the newest news may be while what is kept counts: milliseconds. */
  readonly boundMs: number;
}

const PINGS_PER_BOUND = 5;

/**
 * Follows a region's revocations. How old the news can be is counted by this process alone: from the moment at which a ping was sent that an event answers, less
 * what the region says of its own feed. A stream that is open and silent, slow or frozen ages like one that is cut.
 */
export class RevocationFollower {
  readonly #options: FeedOptions;
  #trustedUntil = Number.NEGATIVE_INFINITY;
  #firstHeard = Promise.withResolvers<void>();
  #everHeard = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Whether what is kept counts now. */
  get trusted(): boolean {
    return this.#options.world.clock.monotonic() < this.#trustedUntil;
  }

  /** Resolves once the region has been heard of for the first time. */
  get heard(): Promise<void> {
    return this.#firstHeard.promise;
  }

  /** One stream, until it ends; throws what ended it. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, kept, world, boundMs } = this.#options;
    const stream: Stream = client.watchRevocations(new Metadata());
    const pings: { readonly ping: number; readonly sentAt: number }[] = [];
    let ping = 0;
    let quiet = false;
    const done = new AbortController();
    const stop = (): void => stream.cancel();
    signal.addEventListener('abort', stop, { once: true, signal: done.signal });
    const send = (after: string): void => {
      ping += 1;
      pings.push({ ping, sentAt: world.clock.monotonic() });
      if (pings.length > PINGS_PER_BOUND * 4) quiet = true;
      else stream.write({ after, ping });
    };
    const beat = async (): Promise<void> => {
      while (!done.signal.aborted && !quiet) {
        await world.timers.sleep(boundMs / PINGS_PER_BOUND, done.signal);
        send('');
      }
      stream.cancel();
    };
    try {
      send(kept.place === undefined ? '' : formatFreshness(kept.place));
      beat().catch(() => undefined);
      for await (const event of stream as AsyncIterable<validator.RevocationsEvent>) {
        this.#take(event);
        while (pings[0] !== undefined && pings[0].ping <= event.pong) {
          const { sentAt } = pings.shift() as (typeof pings)[number];
          this.#trustedUntil = Math.max(this.#trustedUntil, sentAt - event.ageMs + boundMs);
        }
        if (event.pong > 0 && !this.#everHeard) {
          this.#everHeard = true;
          this.#firstHeard.resolve();
        }
      }
    } finally {
      done.abort();
      stream.cancel();
    }
  }

  #take({ freshness, marks, startedOver }: validator.RevocationsEvent): void {
    const { kept } = this.#options;
    const place = parseFreshness(freshness);
    if (place === undefined) throw new Error('the region told a freshness that cannot be read');
    if (startedOver || kept.place === undefined) kept.startOver(place);
    else kept.told(marks, place);
  }
}
