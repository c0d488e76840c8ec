import type { Access } from '@mintmark/access';
import type { HttpServer } from '@mintmark/kit/http';
import type { World } from '@mintmark/kit/lifecycle';
import type { ViewReader } from '@mintmark/view';
import type { Dispatcher } from 'undici';
import type { Decisions } from '../../core/decisions.ts';
import type { LongCalls } from '../../core/long-calls.ts';
import type { Slices } from '../../core/slices.ts';
import type { Authenticator, Feed, IssuerCalls, RegionDirectory } from '../../core/types.ts';
import type { ValidatorEvents } from '../../events.ts';

/** What the `acl` dialect stands on. */
export interface AclDeps {
  readonly view: ViewReader;
  readonly feed: Feed;
  readonly authenticator: Authenticator;
  /** The region's policies and roles. */
  readonly access: Access;
  readonly decisions: Pick<Decisions, 'current'>;
  readonly issuer: IssuerCalls;
  readonly directory: RegionDirectory;
  readonly world: World;
  readonly events: Pick<ValidatorEvents, 'failed'>;
  /** Aborted when the server begins to stop: whoever waits is answered then. */
  readonly stopping: AbortSignal;
  /** Places of those who wait. */
  readonly longCalls: Pick<LongCalls, 'queries'>;
  /** Of the event loop, for long lists. */
  readonly slices: Slices;
  /** Takes answers that are at hand; absent: all go through their routes. */
  readonly atHand?: HttpServer['atHand'];
  /** How other regions are reached. Default: an agent of its own, closed with the server. */
  readonly dispatcher?: Dispatcher;
}
