import type { replicator } from '@mintmark/contract';
import type { World } from '@mintmark/kit/lifecycle';
import type { Projector } from './core/projector.ts';
import type { Puller } from './core/puller.ts';
import type { Keeper } from './core/verify/keeper.ts';
import type { Verifier } from './core/verify/verifier.ts';

export interface StatusSources {
  readonly region: string;
  readonly world: World;
  readonly projector: Projector;
  readonly puller: Puller;
  readonly keeper: Keeper;
  readonly verifier: Verifier;
}

/** Where the region stands, as `Status` tells it. */
export function statusOfReplicator(sources: StatusSources): replicator.StatusResponse {
  const { projector, puller, verifier } = sources;
  const { incarnation = '', head, applied, ready, setAside, refused, trouble } = projector.state;
  return {
    region: sources.region,
    authority: puller.authority.region,
    incarnation,
    head,
    applied,
    ready,
    lag: puller.authority.region === sources.region ? undefined : lagOf(puller, sources.world),
    setAside: setAside + refused + puller.setAside,
    troubles: [trouble, puller.trouble, alarm(refused + puller.refused), ...verifier.troubles].filter((text) => text !== undefined),
  };
}

function lagOf(puller: Puller, world: World): replicator.Lag {
  const { levelAt, heardAt } = puller;
  return {
    authorityIncarnation: puller.incarnation ?? '',
    authorityHead: puller.head,
    covered: puller.covered,
    behindMs: puller.covered >= puller.head || levelAt === undefined ? 0 : Math.round(world.clock.monotonic() - levelAt),
    lastContactMs: heardAt === 0 ? 0 : Math.max(0, Math.round(world.clock.now() - heardAt)),
  };
}

function alarm(refused: number): string | undefined {
  return refused === 0 ? undefined : `ALARM: ${refused} records were refused that no issuer has signed, or that were replaced before (see set_aside in the log)`;
}
