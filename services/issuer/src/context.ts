import type { Access } from '@mintmark/access';
import type { ExpiryLimits } from '@mintmark/domain';
import type { Sealer } from '@mintmark/keys';
import type { createPlatformVerifier } from '@mintmark/keys/assertions';
import type { World } from '@mintmark/kit/lifecycle';
import type { Bound, Places } from '@mintmark/kit/overload';
import type { Log } from '@mintmark/log';
import type { Follower, ViewReader } from '@mintmark/view';
import type { Attachments } from './core/attachments.ts';
import type { AuthorityPeers } from './compose.ts';
import type { AuthorityPeer } from './core/authority/peer.ts';
import type { PeerClocks } from './core/authority/peer-clocks.ts';
import type { Standing } from './core/authority/standing.ts';
import type { Callers } from './core/callers.ts';
import type { Expiries } from './core/expiries.ts';
import type { Attempts } from './core/people/attempts.ts';
import type { Passwords } from './core/people/passwords.ts';
import type { SignIns } from './core/people/sign-in.ts';
import type { OAuthContext } from './core/oauth/context.ts';
import type { Signing } from './core/signing.ts';
import type { WholeLog } from './core/whole-log.ts';
import type { WorkloadPeer } from './core/workload/authority.ts';
import type { IssuerEvents } from './events.ts';

/** What an operator allowed: the reset index he named, or whatever index it is. */
export type BootstrapReset = number | 'any';

/** Everything that the issuer's decisions stand on. */
export interface IssuerContext {
  readonly region: string;
  readonly world: World;
  readonly log: Log;
  readonly view: ViewReader;
  readonly follower: Follower;
  readonly callers: Callers;
  /** The region's policies and roles. */
  readonly access: Access;
  readonly attachments: Attachments;
  /** When tokens are over. */
  readonly expiries: { readonly token: Expiries; readonly session: Expiries };
  /** Users that were written since sessions were swept last. */
  readonly writtenUsers: Set<string>;
  /** Places of writes in hand, whatever they wait for. */
  readonly writes: Places;
  readonly wholeLog: WholeLog;
  /** Everything of it that can fill up, for operators. */
  readonly bounds: readonly Bound[];
  readonly sealer: Sealer;
  /** Signs records. */
  readonly signing: Signing;
  readonly passwords: Passwords;
  /** Limits of failed logins. */
  readonly attempts: Attempts;
  /** Sign-ins through the OpenID provider; `undefined` where none is configured. */
  readonly signIns: SignIns | undefined;
  readonly events: IssuerEvents;
  readonly limits: ExpiryLimits;
  /** Who decides about global records. */
  readonly standing: Standing;
  readonly peerClocks: PeerClocks;
  /** Another region's issuer. */
  readonly peerOf: (region: string) => AuthorityPeers;
  /** The issuer of whoever is the authority now; `undefined` in the authority itself. */
  readonly authority: AuthorityPeer | undefined;
  /** Keys, clients and signed tokens. */
  readonly oauth: OAuthContext;
  /** Judges what platforms say of the jobs that they run. */
  readonly judgePlatform: ReturnType<typeof createPlatformVerifier>;
  /** The authority's issuer in matters of jobs, services and bindings; `undefined` in the authority itself. */
  readonly workloadAuthority: WorkloadPeer | undefined;
  /** What an operator wrote to allow another bootstrap; `undefined` where he wrote nothing. */
  readonly readBootstrapReset: () => Promise<BootstrapReset | undefined>;
  /** Uses the allowance up; a failure refuses the bootstrap. */
  readonly dropBootstrapReset: () => Promise<void>;
  /** How long a write may wait for the view and the validators: milliseconds. */
  readonly writeTimeoutMs: number;
}
