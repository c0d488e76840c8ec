import { digestOf, instantOf, type LiveEntry, personalPrincipal, personalState, type RevokedBecause } from '@mintmark/domain';
import { parseSecret, type SecretHint } from '@mintmark/keys/secrets';
import type { Clock } from '@mintmark/kit/lifecycle';
import type { Follower } from '@mintmark/view';
import type { Decisions } from '../decisions.ts';
import type { DialectAuthenticator, Judged, Presented } from '../types.ts';
import type { Directory, DirectoryCopy } from './directory.ts';
import { isWithin } from './networks.ts';
import type { TokenUses } from './token-uses.ts';
import type { RecordFinder } from './record-finder.ts';

export interface PersonalAuthenticatorDeps {
  readonly finder: RecordFinder<'personal_token'>;
  readonly directory: Directory;
  /** Whether the directory is the one by which the region decides now. */
  readonly current: Pick<Decisions, 'current'>;
  readonly follower: Follower;
  readonly uses: TokenUses;
  readonly authority: () => string;
  readonly clock: Clock;
}

const OVER_BY_TIME: ReadonlySet<string> = new Set<RevokedBecause>(['expired', 'unused']);

/** Judges personal tokens by their creators as they are now: there is nothing to cascade when a creator changes, and nothing to miss. */
export class PersonalAuthenticator implements DialectAuthenticator {
  readonly #deps: PersonalAuthenticatorDeps;
  #latest = 0;

  constructor(deps: PersonalAuthenticatorDeps) {
    this.#deps = deps;
  }

  async authenticate(value: string, presented: Presented): Promise<Judged> {
    if (value === '') return { outcome: 'anonymous' };
    const secret = parseSecret(value);
    if (!secret.ok || secret.kind !== 'personal') return { outcome: 'malformed' };
    const found = await this.#deps.finder.find(digestOf(value), { ...presented, mayArrive: this.#mayArrive(secret) });
    if (found === 'unknown' || found === 'unavailable') return { outcome: found };
    if (!(await this.#deps.current.current(presented.signal))) return { outcome: 'unavailable' };
    return this.#judge(found, presented, this.#deps.directory.shown);
  }

  /** A region that covers what the secret says of itself has seen its record, or never will. */
  #mayArrive({ region, index }: SecretHint): boolean {
    const { contact } = this.#deps.follower;
    return region !== this.#deps.authority() || contact?.region !== region || contact.covered < index;
  }

  #judge(token: LiveEntry<'personal_token'>, { peer = '', source = peer }: Presented, directory: DirectoryCopy): Judged {
    const { body } = token.record;
    const creator = directory.userOf(body.user);
    const now = this.#now();
    const state = personalState(body, creator, now, this.#deps.uses.lastOf(token.record.id, directory));
    if (state.status === 'REVOKED') return { outcome: OVER_BY_TIME.has(state.because) ? 'expired' : 'unknown' };
    if (creator === undefined) return { outcome: 'unknown' };
    if (!isWithin(body.networks, source)) return { outcome: 'unknown' };
    this.#deps.uses.note(token.record.id);
    return { outcome: 'authenticated', principal: personalPrincipal(token, creator) };
  }

  /** The latest wall-clock time seen: what has expired once stays so (P2). */
  #now(): bigint {
    this.#latest = Math.max(this.#latest, this.#deps.clock.now());
    return instantOf(this.#latest);
  }
}
