import { type AuthorityBody, authorityFrom, type LiveEntry } from '@mintmark/domain';
import { Mirror, type MirrorWorld } from './mirror.ts';
import type { ViewReader } from './view.ts';

class Claim {
  entry: LiveEntry<'authority'> | undefined;
  /** Whether there is one after that which nobody may believe. */
  refused = false;

  put(entry: LiveEntry<'authority'>): void {
    this.entry = entry;
    this.refused = false;
  }

  remove(): void {
    this.entry = undefined;
    this.refused = false;
  }

  refuse(): void {
    this.refused = true;
  }
}

/** Who is the authority, as a region's view says; the configured region as long as the view says nothing of it. To be fed by a follower, as every mirror. */
export class KnownAuthority extends Mirror<'authority', Claim> {
  readonly #region: string;
  readonly #unclaimed: AuthorityBody;

  constructor(view: ViewReader, world: MirrorWorld, { region, configured }: { readonly region: string; readonly configured: string }) {
    super(view, world, ['authority'], () => new Claim());
    this.#region = region;
    this.#unclaimed = authorityFrom(undefined, configured);
  }

  /** The newest claim that the region's log has. */
  get known(): AuthorityBody {
    return this.shown.entry?.record.body ?? this.#unclaimed;
  }

  /** Where that claim stands; `undefined` where there is none. */
  get entry(): LiveEntry<'authority'> | undefined {
    return this.shown.entry;
  }

  /** Whether this region decides about global records. Not where nobody may believe who does (P10). */
  get here(): boolean {
    const { active, region } = this.known;
    return active && region === this.#region && !this.shown.refused;
  }
}
