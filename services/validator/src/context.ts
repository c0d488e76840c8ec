import type { Access } from '@mintmark/access';
import type { Dialect } from '@mintmark/domain';
import type { World } from '@mintmark/kit/lifecycle';
import type { Follower, KnownAuthority, ViewReader } from '@mintmark/view';
import type { AclAuthenticator } from './core/authenticate.ts';
import type { ChangeLog } from './core/change-log.ts';
import type { Decisions } from './core/decisions.ts';
import type { LongCalls } from './core/long-calls.ts';
import type { Slices } from './core/slices.ts';
import type { Strictness } from './core/strictness.ts';
import type { OAuthContext } from './core/oauth/context.ts';
import type { WorkloadContext } from './core/workload/context.ts';
import type { ChangeFeed } from './core/feed.ts';
import type { DialectAuthenticator, IssuerCalls, RegionDirectory } from './core/types.ts';
import type { PeopleParts } from './compose-people.ts';
import type { PeopleCalls } from './peers/people.ts';

/** Everything that the validator's answers stand on. */
export interface ValidatorContext {
  readonly region: string;
  /** Who is the authority. */
  readonly deciding: KnownAuthority;
  readonly world: World;
  readonly view: ViewReader;
  readonly follower: Follower;
  readonly feed: ChangeFeed;
  readonly changes: ChangeLog;
  readonly authenticator: AclAuthenticator;
  /** Of every dialect that this validator judges, `acl` among them. */
  readonly authenticators: ReadonlyMap<Dialect, DialectAuthenticator>;
  /** The region's policies and roles. */
  readonly access: Access;
  readonly decisions: Decisions;
  readonly strictness: Strictness;
  /** Places of those who stay: blocking queries and streams. */
  readonly longCalls: LongCalls;
  /** Of the event loop, for long lists. */
  readonly slices: Slices;
  /** Signed tokens and whom they stand for. */
  readonly oauth: OAuthContext;
  /** Jobs, services, bindings and their tokens. */
  readonly workload: WorkloadContext;
  readonly issuer: IssuerCalls;
  readonly people: PeopleCalls;
  /** Whoever the region knows, and what judges their credentials. */
  readonly persons: PeopleParts;
  readonly directory: RegionDirectory;
}
