import { keyText } from '@mintmark/domain';
import { REGIONS, type SimCluster, type SimRegion } from '../cluster.ts';
import type { Weather } from '../kernel/network.ts';
import type { SimNode } from '../kernel/node.ts';
import type { PlannedFault } from '../plan.ts';
import { OFF } from './off.ts';
import { isTampered, tamper } from './tamper.ts';

/** A wall clock jumps by this much at most: milliseconds. */
export const CLOCK_JUMP_MS = 4_000;

/** A fault at work. */
export interface Struck {
  /** The machines that it touches. */
  readonly nodes: readonly SimNode[];
  /** What ends it; absent where it ends by itself. */
  readonly end?: () => void;
  /** Whether it is felt until the end. */
  readonly lasting?: true;
}

/** Brings a fault about. */
export function strike(cluster: SimCluster, fault: PlannedFault): Struck {
  const [first, second, third] = fault.dice;
  const region = pick(cluster.regions, first);
  const link = pick(linksOf(cluster), second);
  const machine = pick(cluster.machines, second);
  switch (fault.kind) {
    case 'cut':
      return weather(cluster, [link], { cut: true }, 'both');
    case 'oneWay':
      return weather(cluster, [link], { cut: true }, third < 0.5 ? 'there' : 'back');
    case 'lossy':
      return weather(cluster, [link], { loss: 0.1 + third * 0.6 }, 'both');
    case 'slow':
      return weather(cluster, [link], { delay: 50 + third * 900 }, 'both');
    case 'twice':
      return weather(cluster, [link], { twice: 0.2 + third * 0.7 }, 'both');
    case 'isolate':
      return weather(cluster, linksAbroad(cluster, pick(REGIONS, second)), { cut: true }, 'both');
    case 'aside':
      return weather(cluster, aside(cluster, second), { cut: true }, 'both');
    case 'crash':
      machine.process?.crash();
      return { nodes: [machine], end: () => cluster.startOn(machine) };
    case 'freeze':
      return freeze(cluster, pick([...cluster.machines, region.log, region.view], second), fault.lasts);
    case 'viewRestart':
      if (!isWhole(region)) return NOTHING;
      region.viewServer.restart();
      return { nodes: [region.view] };
    case 'viewEmptied':
      if (!isWhole(region)) return NOTHING;
      region.viewServer.empty();
      return { nodes: [region.view] };
    case 'viewLost':
      if (!isWhole(region)) return NOTHING;
      region.viewServer.empty();
      region.replicator.process?.crash();
      return { nodes: [region.view, region.replicator], end: () => cluster.startOn(region.replicator) };
    case 'logTailLost':
      if (!isWhole(region) || (OFF.has('unshownTailLost') && region === cluster.authority && !showsAll(region))) return NOTHING;
      region.logServer.loseTail(1 + Math.floor(third * 12));
      return { nodes: nodesOf(region), lasting: true };
    case 'logLost':
      if (!isWhole(region)) return NOTHING;
      region.logServer.recreate(`recreated-${fault.n}`.padEnd(22, '-'));
      return { nodes: nodesOf(region), lasting: true };
    case 'logErased':
      if (!isWhole(region) || !showsAll(region)) return NOTHING;
      tamper(fault.kind, region, second);
      // A log that lost its newest record is written again as a whole.
      return { nodes: nodesOf(region) };
    case 'viewErased':
    case 'viewAltered':
      if (isWhole(region) && showsAll(region)) tamper(fault.kind, region, second);
      return NOTHING;
    case 'badRecord':
      region.logServer.put(keyText({ scope: third < 0.5 ? 'global' : 'local', kind: 'role', id: `unreadable-${fault.n}` }), false, Buffer.from([0xff, fault.n, 0xff]));
      return { nodes: [] };
    case 'clockJump':
      machine.clock.offset += (third - 0.5) * 2 * CLOCK_JUMP_MS;
      return { nodes: [machine] };
  }
}

const NOTHING: Struck = { nodes: [] };

/** Whether both stores have all that was acknowledged: only one of them may be lost at a time (P1). */
function isWhole(region: SimRegion): boolean {
  const { logServer, viewServer } = region;
  const { shown } = viewServer;
  if (isTampered(region)) return false;
  const { incarnation, complete, revision } = logServer.head;
  if (shown === undefined || !shown.watermark.ready || !complete || logServer.damaged) return false;
  return shown.watermark.source.incarnation === incarnation && shown.watermark.revision <= revision && shown.watermark.revision >= viewServer.readyUpTo;
}

function showsAll({ logServer, viewServer }: SimRegion): boolean {
  return viewServer.shown?.watermark.revision === logServer.head.revision;
}

function nodesOf({ issuer, validators, replicator, log, view }: SimRegion): readonly SimNode[] {
  return [issuer, ...validators, replicator, log, view];
}

/** Everything heals. */
export function heal(cluster: SimCluster): void {
  cluster.network.clear();
  for (const region of cluster.regions) for (const node of [region.log, region.view]) node.frozenUntil = 0;
  for (const node of cluster.machines) {
    node.frozenUntil = Math.min(node.frozenUntil, cluster.scheduler.now);
    cluster.startOn(node);
  }
}

type Link = readonly [SimNode, SimNode];

/** Whoever talks to whom. */
function linksOf({ regions }: SimCluster): readonly Link[] {
  return regions.flatMap((region): Link[] => {
    const { issuer, validators, replicator, log, view } = region;
    const near: Link[] = [[issuer, log], [issuer, view], [replicator, log], [replicator, view], ...validators.flatMap((validator): Link[] => [[validator, view], [validator, issuer]])];
    const abroad = regions.filter((other) => other !== region);
    return [...near, ...abroad.flatMap((other): Link[] => [[issuer, other.issuer], [replicator, other.log], [replicator, other.replicator]])];
  });
}

/** Whoever talks to another region. */
function linksAbroad(cluster: SimCluster, region: string): readonly Link[] {
  return linksOf(cluster).filter(([a, b]) => a.region !== b.region && (a.region === region || b.region === region));
}

/** All that one validator hears and says. */
function aside({ regions }: SimCluster, die: number): readonly Link[] {
  const [validator, { view, issuer }] = pick(
    regions.flatMap((region) => region.validators.map((node) => [node, region] as const)),
    die,
  );
  return [
    [validator, view],
    [validator, issuer],
  ];
}

function weather({ network }: SimCluster, links: readonly Link[], change: Weather, way: 'both' | 'there' | 'back'): Struck {
  const ways = links.flatMap(([from, to]): Link[] => [...(way === 'back' ? [] : [[from, to] as const]), ...(way === 'there' ? [] : [[to, from] as const])]);
  for (const [a, b] of ways) network.setWeather(a, b, { ...network.weather(a, b), ...change });
  const end = (): void => {
    for (const [a, b] of ways) network.setWeather(a, b, {});
  };
  return { nodes: links.flat(), end };
}

function freeze({ scheduler }: SimCluster, node: SimNode, ms: number): Struck {
  node.frozenUntil = Math.max(node.frozenUntil, scheduler.now + ms);
  return { nodes: [node], end: () => undefined };
}

function pick<T>(from: readonly T[], die: number): T {
  return from[Math.floor(die * from.length)] as T;
}
