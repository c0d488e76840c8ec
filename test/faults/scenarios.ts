import type { ClusterOptions, Wire } from '../harness/cluster.ts';
import { noDisks } from '../harness/disk.ts';
import { serverProgram } from '../harness/programs.ts';
import { TO_AUTHORITY, WIRES } from '../harness/wires.ts';
import { provideFaketime } from '../setup/faketime.ts';
import { WANTED } from '../setup/programs.ts';
import { atLeast } from '../setup/versions.ts';
import type { Rng } from '../simulation/kernel/rng.ts';
import type { Blow, RegionKey, WireFault } from './blows.ts';

/** One row of the table: a world, and what goes wrong in it. */
export interface Scenario {
  readonly name: string;
  readonly world: ClusterOptions;
  /** Why this machine cannot have it; undefined where it can. */
  readonly missing?: () => Promise<string | undefined>;
  /** In order. What is left open follows from the seed. */
  readonly blows: (rng: Rng) => readonly Blow[];
}

const DISK_MIB = 64;
const HOUR_MS = 3_600_000;
const OUTAGES_OF_WIRES = 5;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'kill -9',
    world: {},
    blows: (rng) => {
      const other = otherRegion(rng);
      return shuffled(rng, [
        { region: 'us', kind: 'kill', part: 'issuer' },
        { region: other, kind: 'kill', part: 'validator' },
        { region: other, kind: 'kill', part: 'replicator' },
        { region: 'us', kind: 'kill', part: 'view' },
        { region: 'us', kind: 'kill', part: 'log' },
        { region: other, kind: 'kill', part: 'log' },
        { region: other, kind: 'empty view' },
      ]);
    },
  },
  {
    name: 'freeze',
    world: {},
    blows: (rng) => {
      const other = otherRegion(rng);
      return shuffled(rng, [
        { region: 'us', kind: 'freeze', part: 'issuer' },
        { region: 'us', kind: 'freeze', part: 'log' },
        { region: 'us', kind: 'freeze', part: 'view' },
        { region: other, kind: 'freeze', part: 'validator' },
        { region: other, kind: 'freeze', part: 'replicator' },
        { region: other, kind: 'freeze', part: 'log' },
      ]);
    },
  },
  {
    name: 'older log',
    world: {},
    blows: (rng) => {
      const other = otherRegion(rng);
      return shuffled(rng, [
        { region: 'us', kind: 'set back', store: 'log' },
        { region: other, kind: 'set back', store: 'log' },
        { region: rng.pick(['us', other]), kind: 'delete log' },
      ]);
    },
  },
  {
    name: 'older view',
    world: {},
    blows: (rng) => {
      const other = otherRegion(rng);
      return shuffled(rng, [
        { region: 'us', kind: 'set back', store: 'view' },
        { region: other, kind: 'set back', store: 'view' },
        { region: 'us', kind: 'empty view' },
        { region: 'us', kind: 'set back', store: 'view' },
      ]);
    },
  },
  {
    name: 'stale replica',
    world: { wires: true, standbys: true },
    blows: (rng) => shuffled(rng, [{ region: 'us', kind: 'fail over' }, { region: otherRegion(rng), kind: 'fail over' }]),
  },
  {
    name: 'disk full',
    world: { disks: DISK_MIB },
    missing: async () => noDisks(),
    blows: (rng) => {
      const other = otherRegion(rng);
      return shuffled(rng, [
        { region: 'us', kind: 'fill disk', store: 'log' },
        { region: 'us', kind: 'fill disk', store: 'view' },
        { region: other, kind: 'fill disk', store: 'log' },
        { region: other, kind: 'fill disk', store: 'view' },
      ]);
    },
  },
  wires('cut wires', ['cut']),
  wires('slow wires', ['delayed']),
  wires('one-way loss', ['losing what is sent', 'losing what comes back']),
  wires('slow drip', ['dripping']),
  {
    name: 'shifted clocks',
    world: { shiftable: true },
    missing: provideFaketime,
    blows: (rng) => {
      const other = otherRegion(rng);
      return shuffled(rng, [
        { region: 'us', kind: 'shift clock', service: 'issuer', ms: HOUR_MS },
        { region: 'us', kind: 'shift clock', service: 'issuer', ms: -HOUR_MS },
        { region: other, kind: 'shift clock', service: 'validator', ms: HOUR_MS },
        { region: other, kind: 'shift clock', service: 'validator', ms: -HOUR_MS },
        { region: rng.pick(['us', other]), kind: 'shift clock', service: 'replicator', ms: rng.pick([HOUR_MS, -HOUR_MS]) },
      ]);
    },
  },
  {
    name: 'replicated log',
    world: { replicatedLog: 'us-east' },
    missing: olderNats,
    blows: (rng) => shuffled(rng, [{ region: 'us', kind: 'kill leader' }, { region: 'us', kind: 'freeze leader' }, { region: 'us', kind: 'kill', part: 'log' }]),
  },
];

/** Breaks some wires one after the other, in the authority and in another region, and last all that lead from that one to the authority. */
function wires(name: string, faults: readonly WireFault[]): Scenario {
  const blows = (rng: Rng): readonly Blow[] => {
    const other = otherRegion(rng);
    const within = WIRES.filter((wire) => !wire.includes('authority'));
    const every = [...within.map((wire) => ['us', wire] as const), ...WIRES.map((wire) => [other, wire] as const)];
    const some = shuffled(rng, every).slice(0, OUTAGES_OF_WIRES);
    return [...some.map(([region, wire]) => broken(region, [wire], rng)), broken(other, TO_AUTHORITY, rng)];
  };
  const broken = (region: RegionKey, named: readonly Wire[], rng: Rng): Blow => ({ region, kind: 'wire', wires: named, fault: rng.pick(faults) });
  return { name, world: { wires: true }, blows };
}

async function olderNats(): Promise<string | undefined> {
  const { version } = await serverProgram('nats-server');
  const wanted = WANTED['nats-server'];
  return atLeast(version, wanted) ? undefined : `nats-server ${version} is older than ${wanted}, from which on logs can be replicated`;
}

function otherRegion(rng: Rng): RegionKey {
  return rng.pick(['eu', 'ap'] as const);
}

function shuffled<T>(rng: Rng, items: readonly T[]): T[] {
  return items.map((item) => ({ item, at: rng.fraction() })).toSorted((a, b) => a.at - b.at).map(({ item }) => item);
}
