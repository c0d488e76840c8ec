import type { Principal } from '@mintmark/domain';
import type { Clock } from '@mintmark/kit/lifecycle';
import type { Contact } from '@mintmark/view';
import type { DialectAuthenticator, Judged } from './types.ts';

/*
 * What a region may say while it does not hear from the authority (P7).
 *
 * Y1  Where strictness is asked for, by the region's configuration or by the question, nobody is let in on the authority's word when the region has not been
 *     level with the authority within the bound. The time counts from when the authority was heard of, not from when this process learnt it.
 * Y2  What only this region writes, its local tokens, is told as ever.
 * Y3  The authority itself is always level.
 */

export interface StrictnessDeps {
  /** Whom the region follows; `undefined` in the authority. */
  readonly follows: () => string | undefined;
  /** Whether all questions are strict. */
  readonly strict: boolean;
  readonly boundMs: number;
  readonly clock: Clock;
}

export class Strictness {
  readonly #deps: StrictnessDeps;
  /** When the authority was heard of last, as it was said. */
  #said = 0;
  /** The same, but never after what this process took for the present. */
  #heardAt = 0;
  /** On the monotonic clock. */
  #levelAt = Number.NEGATIVE_INFINITY;

  constructor(deps: StrictnessDeps) {
    this.#deps = deps;
  }

  /** Takes note of what the region's feed says of the authority. */
  heard({ region, at, covered, head }: Contact): void {
    if (region !== this.#deps.follows() || at === this.#said || at <= this.#heardAt || covered < head) return;
    const { clock } = this.#deps;
    this.#said = at;
    this.#heardAt = Math.min(at, clock.now());
    this.#levelAt = Math.max(this.#levelAt, clock.monotonic() - Math.max(0, clock.now() - at));
  }

  /** Whether the authority's word does not count any more: for one who `asks` for strictness, or for all. */
  lapsed(asks: boolean): boolean {
    const { follows, strict, boundMs } = this.#deps;
    return follows() !== undefined && (strict || asks) && this.ageMs > boundMs;
  }

  /** Milliseconds since the region was level with the authority; infinite for never. */
  get ageMs(): number {
    return this.#deps.follows() !== undefined ? this.#deps.clock.monotonic() - this.#levelAt : 0;
  }

  /** What clients are told of it: whole milliseconds, `undefined` for never. */
  get toldMs(): number | undefined {
    const { ageMs } = this;
    return Number.isFinite(ageMs) ? Math.max(0, Math.floor(ageMs)) : undefined;
  }

  /** An authenticator that keeps Y1. */
  over(authenticator: DialectAuthenticator): DialectAuthenticator {
    return {
      authenticate: async (value, options) => this.judged(await authenticator.authenticate(value, options), false),
    };
  }

  /** What may be said of a credential that was judged by what the region has. */
  judged<J extends Judged>(judged: J, asks: boolean): J | { readonly outcome: 'unavailable'; readonly stale: true } {
    if (judged.outcome !== 'authenticated' || !byAuthority(judged.principal) || !this.lapsed(asks)) return judged;
    return { outcome: 'unavailable', stale: true };
  }
}

function byAuthority({ dialect, global }: Principal): boolean {
  return dialect !== 'acl' || global;
}
