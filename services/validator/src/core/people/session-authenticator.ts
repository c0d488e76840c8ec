import { digestOf, instantOf, type LiveEntry, parseSessionToken, sessionPrincipal, sessionState } from '@mintmark/domain';
import type { Clock } from '@mintmark/kit/lifecycle';
import type { Decisions } from '../decisions.ts';
import type { DialectAuthenticator, Judged, Presented } from '../types.ts';
import type { Directory, DirectoryCopy } from './directory.ts';
import type { RecordFinder } from './record-finder.ts';

export interface SessionAuthenticatorDeps {
  readonly finder: RecordFinder<'session'>;
  readonly directory: Directory;
  /** Whether the directory is the one by which the region decides now. */
  readonly current: Pick<Decisions, 'current'>;
  readonly clock: Clock;
}

/** Judges login sessions by their users as they are now, so that there is nothing to undo when a user changes. */
export class SessionAuthenticator implements DialectAuthenticator {
  readonly #deps: SessionAuthenticatorDeps;
  #latest = 0;

  constructor(deps: SessionAuthenticatorDeps) {
    this.#deps = deps;
  }

  async authenticate(value: string, presented: Presented): Promise<Judged> {
    if (value === '') return { outcome: 'anonymous' };
    const token = parseSessionToken(value);
    if (token === undefined) return { outcome: 'malformed' };
    const found = await this.#deps.finder.find(digestOf(token), { ...presented, mayArrive: true });
    if (found === 'unknown' || found === 'unavailable') return { outcome: found };
    if (!(await this.#deps.current.current(presented.signal))) return { outcome: 'unavailable' };
    return this.#judge(found, this.#deps.directory.shown);
  }

  #judge(session: LiveEntry<'session'>, directory: DirectoryCopy): Judged {
    const { body } = session.record;
    const user = directory.userOf(body.user);
    const state = sessionState(body, user, this.#now());
    if (state === 'expired') return { outcome: 'expired' };
    if (state === 'ended' || user === undefined || !mayUse(body.audience, user.platformOperator, directory)) return { outcome: 'unknown' };
    return { outcome: 'authenticated', principal: sessionPrincipal(session, user) };
  }

  /** The latest wall-clock time seen: what has expired once stays so (P2). */
  #now(): bigint {
    this.#latest = Math.max(this.#latest, this.#deps.clock.now());
    return instantOf(this.#latest);
  }
}

function mayUse(audience: string, operator: boolean, directory: DirectoryCopy): boolean {
  return audience !== 'soc' || operator || directory.setting('Authentication.SocAuthenticationEnabled') === false;
}
