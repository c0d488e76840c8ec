import { type AuthorityBody, authorityFrom, lastActive, NO_REVISION, type Revision } from '@mintmark/domain';
import type { World } from '@mintmark/kit/lifecycle';
import type { LogHead } from '@mintmark/log';
import type { Contact } from '@mintmark/view';
import { type Cursor, handedTo } from './following.ts';
import type { Projector, ProjectorState } from './projector.ts';

/*
 * Whom a region follows.
 *
 * L6  That is said by the newest claim in its own log (ADR 9). It believes a new authority only by the log with which that took over, or one that follows it, and
 *     compares everything (L4 of `puller.ts`); until then the view says that it covers nothing of it, also after a restart in between.
 * L7  The region that is named goes on following the one before until it has all that was handed over; then the view says that it follows itself.
 */

/** How long a region that nobody decides for waits before it looks again. */
const REST_MS = 250;

export interface AllegianceDeps {
  readonly region: string;
  /** Who is the authority as long as nobody was promoted. */
  readonly authority: string;
  readonly projector: Projector;
  readonly world: World;
  /** The contact that the region's view remembers; `undefined` when it has none. */
  readonly remembered: (signal: AbortSignal) => Promise<Contact | undefined>;
  /** Has the view remember it. */
  readonly remember: (contact: Contact, signal: AbortSignal) => Promise<void>;
}

export class Allegiance {
  readonly #deps: AllegianceDeps;
  readonly #unclaimed: AuthorityBody;

  constructor(deps: AllegianceDeps) {
    this.#deps = deps;
    this.#unclaimed = authorityFrom(undefined, deps.authority);
  }

  /** The newest claim to be the authority that this region's log has. */
  get authority(): AuthorityBody {
    return this.#in(this.#deps.projector.state);
  }

  /** Whether that is another one in this state. */
  isReplaced(authority: AuthorityBody, state: ProjectorState): boolean {
    return this.#in(state) !== authority;
  }

  /** Resolves when another region is the authority. */
  async replaced(authority: AuthorityBody, signal: AbortSignal): Promise<void> {
    await this.#deps.projector.until((state) => this.isReplaced(authority, state), signal);
  }

  /** Whether this region is named and has all that is handed over to it (L7). `isShown`: whether its view shows the one before up to there. */
  async hasAll(authority: AuthorityBody, isShown: (revision: Revision) => boolean, signal: AbortSignal): Promise<boolean> {
    const { region, remembered } = this.#deps;
    const handed = handedTo(authority, region);
    if (handed === undefined) return false;
    if (handed.forced || isShown(handed.from.revision)) return true;
    const contact = await remembered(signal);
    return contact?.region === region || (contact?.region === handed.from.region && contact.covered >= handed.from.revision);
  }

  /** What the view says of the authority before does not count any more, from now on and for whoever comes after this process (L6). */
  async begin(region: string, { incarnation, revision }: LogHead, signal: AbortSignal): Promise<void> {
    const { remember, world } = this.#deps;
    await remember({ region, incarnation, covered: NO_REVISION, head: revision, at: world.clock.now() }, signal);
  }

  /** How far the view remembers that this region has come with the authority. */
  async remembered(authority: AuthorityBody, signal: AbortSignal): Promise<Cursor | undefined> {
    await this.#deps.projector.until((state) => state.ready, signal);
    const contact = await this.#deps.remembered(signal);
    if (contact === undefined || contact.region !== lastActive(authority) || contact.covered === NO_REVISION) return undefined;
    return { incarnation: contact.incarnation, covered: contact.covered, local: NO_REVISION };
  }

  /** Follows nobody until there is another authority. */
  async rest(authority: AuthorityBody, signal: AbortSignal): Promise<void> {
    const { projector, region, remembered, remember, world } = this.#deps;
    if (handedTo(authority, region) !== undefined && (await remembered(signal))?.region !== region) {
      const { incarnation = '', applied } = projector.state;
      await remember({ region, incarnation, covered: applied, head: applied, at: world.clock.now() }, signal);
    }
    if (authority.active) await projector.until((state) => state.claimRefused || this.isReplaced(authority, state), signal);
    else await world.timers.sleep(REST_MS, signal);
  }

  #in({ claim }: ProjectorState): AuthorityBody {
    return claim ?? this.#unclaimed;
  }
}
