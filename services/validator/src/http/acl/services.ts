import type { Dispatcher } from 'undici';
import { BlockingQueries } from './blocking.ts';
import type { AclDeps } from './deps.ts';
import { FreshnessGate } from './freshness.ts';
import { Relay } from './relay.ts';
import { SharedReads } from './shared-reads.ts';
import { WaitingRoom } from './waiting.ts';

/** What the routes of the dialect work with. */
export interface AclServices extends AclDeps {
  readonly room: WaitingRoom;
  readonly blocking: BlockingQueries;
  readonly freshness: FreshnessGate;
  readonly shared: SharedReads;
  readonly relay: Relay;
}

export function composeAcl(deps: AclDeps, dispatcher: Dispatcher): AclServices {
  const room = new WaitingRoom(deps.longCalls.queries, deps.stopping);
  return {
    ...deps,
    room,
    blocking: new BlockingQueries(deps.feed, deps.world, room),
    freshness: new FreshnessGate(deps.feed, deps.world, room),
    shared: new SharedReads(deps.feed, deps.world),
    relay: new Relay(deps.directory, dispatcher),
  };
}
