import type { Dialect } from '@mintmark/domain';
import type { World } from '@mintmark/kit/lifecycle';
import type { ChangeBatch, Follower, KnownAuthority, ViewReader } from '@mintmark/view';
import type { ValidatorConfig } from './config.ts';
import { Decisions } from './core/decisions.ts';
import type { ChangeFeed } from './core/feed.ts';
import type { Directory } from './core/people/directory.ts';
import { PersonalAuthenticator } from './core/people/personal-authenticator.ts';
import { type PersonalKind, RecordFinder } from './core/people/record-finder.ts';
import { SessionAuthenticator } from './core/people/session-authenticator.ts';
import { TokenUses } from './core/people/token-uses.ts';
import { AuthorityResolver } from './core/resolver.ts';
import type { DialectAuthenticator } from './core/types.ts';
import type { IssuerConnection } from './peers/issuer-client.ts';

export interface PeoplePorts {
  readonly view: ViewReader;
  readonly world: World;
  readonly follower: Follower;
  readonly feed: ChangeFeed;
  readonly issuer: IssuerConnection;
  readonly deciding: KnownAuthority;
  readonly trusted: () => boolean;
  readonly directory: Directory;
}

/** What of a validator stands on organizations and people. */
export interface PeopleParts {
  readonly authenticators: ReadonlyMap<Dialect, DialectAuthenticator>;
  /** Whether the directory is the one by which the region decides now. */
  readonly current: Decisions;
  readonly directory: Directory;
  readonly uses: TokenUses;
  /** The follower started over, and its changes; the directory's excepted. */
  reset(): void;
  changed(batch: ChangeBatch): void;
}

export function composePeople(config: ValidatorConfig, ports: PeoplePorts): PeopleParts {
  const { stalenessMs } = config;
  const { directory, issuer, world } = ports;
  const finderOf = <K extends PersonalKind>(kind: K): RecordFinder<K> => new RecordFinder({ ...ports, kind, stalenessMs, remembered: config.rememberedSecrets, resolver: resolverOf(config, ports, kind) });
  const current = new Decisions({ ...ports, access: directory, stalenessMs });
  const sessions = finderOf('session');
  const tokens = finderOf('personal_token');
  const uses = new TokenUses({ world, max: 2 * config.rememberedSecrets, tell: (used, signal) => issuer.people.reportUses({ uses: [...used], region: config.region }, { requestId: 'uses', signal }) });
  const judging = { directory, current, clock: world.clock };
  return {
    authenticators: new Map<Dialect, DialectAuthenticator>([
      ['session', new SessionAuthenticator({ ...judging, finder: sessions })],
      ['personal', new PersonalAuthenticator({ ...judging, finder: tokens, uses, follower: ports.follower, authority: () => ports.deciding.known.region })],
    ]),
    current,
    directory,
    uses,
    reset() {
      sessions.reset();
      tokens.reset();
    },
    changed(batch) {
      sessions.changed(batch);
      tokens.changed(batch);
    },
  };
}

function resolverOf<K extends PersonalKind>({ rememberedSecrets: remembered }: ValidatorConfig, { issuer, world, deciding }: PeoplePorts, kind: K): AuthorityResolver<K> {
  return new AuthorityResolver(kind, (digest, signal) => issuer.resolveSecret(kind, digest, signal), world, { remembered, asks: () => !deciding.here });
}
