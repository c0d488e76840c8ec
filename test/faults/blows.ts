import { setTimeout as pause } from 'node:timers/promises';
import type { PartName, Region, StoreName, Wire } from '../harness/cluster.ts';

export type RegionKey = 'us' | 'eu' | 'ap';
export type WireFault = 'cut' | 'delayed' | 'losing what is sent' | 'losing what comes back' | 'dripping';

/** One thing that goes wrong while the clients go on, holds for a while, and is repaired. */
export type Blow = { readonly region: RegionKey } & (
  | { readonly kind: 'kill' | 'freeze'; readonly part: PartName }
  | { readonly kind: 'kill leader' | 'freeze leader' }
  | { readonly kind: 'empty view' | 'delete log' | 'fail over' }
  | { readonly kind: 'set back' | 'fill disk'; readonly store: StoreName }
  | { readonly kind: 'wire'; readonly wires: readonly Wire[]; readonly fault: WireFault }
  | { readonly kind: 'shift clock'; readonly service: 'issuer' | 'replicator' | 'validator'; readonly ms: number }
);

const DELAY_MS = 300;
const DRIP_BYTES_PER_SECOND = 4_000;

/** In words: for tables and failures. */
export function told(blow: Blow): string {
  switch (blow.kind) {
    case 'kill':
    case 'freeze':
      return `${blow.kind} ${blow.region}'s ${blow.part}`;
    case 'set back':
      return `${blow.region}'s ${blow.store} starts again on an older copy`;
    case 'fill disk':
      return `the disk of ${blow.region}'s ${blow.store} is full`;
    case 'wire':
      return `${blow.region}'s ${blow.wires.join(' and ')} ${blow.fault}`;
    case 'shift clock':
      return `${blow.region}'s ${blow.service} ${blow.ms / 1_000} s ${blow.ms < 0 ? 'behind' : 'ahead'}`.replace('-', '');
    default:
      return `${blow.kind} of ${blow.region}`;
  }
}

/** Does it, holds it for `holdMs`, and repairs what does not repair itself. */
export async function strike(region: Region, blow: Blow, holdMs: number): Promise<void> {
  switch (blow.kind) {
    case 'kill':
    case 'freeze':
      return strikePart(region.part(blow.part), blow.kind, holdMs);
    case 'kill leader':
    case 'freeze leader':
      return strikePart(await region.logLeader(), blow.kind === 'kill leader' ? 'kill' : 'freeze', holdMs);
    case 'empty view':
      return region.flushView();
    case 'delete log':
      return region.deleteLog();
    case 'fail over':
      region.leaveStandbyBehind();
      await pause(holdMs);
      return region.failOver();
    case 'set back': {
      await using copy = await region.save(blow.store);
      await pause(holdMs);
      return await region.setBack(blow.store, copy);
    }
    case 'fill disk':
      return fillDisk(region, blow.store, holdMs);
    case 'wire':
      return breakWires(region, blow, holdMs);
    case 'shift clock':
      await region.shiftClock(blow.service, blow.ms);
      await pause(holdMs);
      return region.shiftClock(blow.service, 0);
  }
}

async function strikePart(part: ReturnType<Region['part']>, how: 'kill' | 'freeze', holdMs: number): Promise<void> {
  await part[how]();
  await pause(holdMs);
  await part[how === 'kill' ? 'restart' : 'thaw']();
}

/** A nats-server gives up JetStream when its disk is full: it is started again, as its operator would. */
async function fillDisk(region: Region, store: StoreName, holdMs: number): Promise<void> {
  await region.disk(store).fill();
  await pause(holdMs);
  await region.disk(store).free();
  if (store === 'log') await region.part('log').restart();
}

async function breakWires(region: Region, { wires, fault }: Extract<Blow, { kind: 'wire' }>, holdMs: number): Promise<void> {
  const link = region.wire(...wires);
  if (fault === 'cut') link.cut();
  else if (fault === 'delayed') link.delay(DELAY_MS);
  else if (fault === 'dripping') link.drip(DRIP_BYTES_PER_SECOND);
  else link.blackhole(fault === 'losing what is sent' ? 'out' : 'back');
  await pause(holdMs);
  link.heal();
}
