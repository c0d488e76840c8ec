import { setTimeout as pause } from 'node:timers/promises';
import type { StubJson } from '../scenarios/support/acl.ts';
import { type AclApi, indexOf, succeeded } from '../scenarios/support/acl.ts';
import type { PartName, Region } from '../scenarios/support/cluster.ts';
import type { Fixture } from '../scenarios/support/fixture.ts';
import { json } from '../scenarios/support/http.ts';
import { until } from '../scenarios/support/until.ts';
import { type Limits, type Violation, violations } from './checker.ts';
import { type Final, type History, Recorder } from './history.ts';
import { followFeed, pollIndex, useOnce, useTokens } from './observers.ts';
import { Workload } from './workload.ts';

/** One blow while the writes go on: a part of a region is killed, its view is emptied, its log is deleted, or set back to what it was a while before. */
export interface Blow {
  readonly region: 'us' | 'eu' | 'ap';
  readonly part: PartName | 'flush' | 'log deleted' | 'log set back';
}

export interface RunPlan {
  readonly blows: readonly Blow[];
  readonly perSecond: number;
  /** Milliseconds of writing before a blow, while the part is down, and after it is back. */
  readonly before: number;
  readonly down: number;
  readonly after: number;
  /** Milliseconds that the regions have to agree after the last write. */
  readonly settle: number;
}

export interface RunReport {
  readonly history: History;
  /** Broken promises over the whole history. */
  readonly broken: readonly Violation[];
  readonly counts: Workload['counts'];
  readonly surprises: readonly string[];
  /** Milliseconds until the region was ready again, by blow. */
  readonly recovered: Readonly<Record<string, number>>;
  /** Milliseconds of each phase of the run. */
  readonly phases: Readonly<Record<string, number>>;
  /** How often each feed follower had to take up its stream again, and why. */
  readonly feedEnds: readonly string[];
  /** Deleted tokens that some region still accepts at the end, and live ones that one still refuses. */
  readonly misjudged: readonly string[];
}

/** Strikes the blows one after the other under load, lets the regions come to rest, and judges what was seen. */
export async function killRun(fixture: Fixture, plan: RunPlan): Promise<RunReport> {
  const recorder = new Recorder();
  const workload = new Workload(fixture, recorder);
  const pollers = fixture.all.map((api) => pollIndex(api, recorder));
  const followers = await Promise.all(fixture.all.map(async (api) => followFeed(api, indexOf(succeeded(await api.list({ per_page: 1 }), 'list')), recorder)));
  const users = useTokens(fixture, workload.tokens, recorder);
  workload.start(plan.perSecond);
  const recovered: Record<string, number> = {};
  const clock = stopwatch();
  for (const blow of plan.blows) recovered[`${blow.part} of ${blow.region}`] = await strike(fixture, blow, plan);
  clock.lap('blows');
  await workload.stop();
  await users.stop();
  clock.lap('last answers');
  const limits: Limits = { authority: fixture.us.region.name, revocationMs: 1_000, disturbed: true };
  const finals = await agreement(fixture, recorder, limits, plan.settle);
  clock.lap('agreement');
  await Promise.all(followers.map((follower, at) => until('the feed reaches the region\'s index', async () => follower.index() >= highest(finals[at]), { within: plan.settle })).map((each) => each.catch(() => undefined)));
  for (const observer of [...pollers, ...followers]) await observer.stop();
  clock.lap('feeds');
  const misjudged = await lastUses(fixture, workload, recorder);
  clock.lap('last uses');
  const history = recorder.history(finals);
  return { history, broken: violations(history, limits), counts: workload.counts, surprises: workload.surprises, recovered, phases: clock.laps, feedEnds: followers.flatMap(({ ends }) => ends.slice(0, -1)), misjudged };
}

function stopwatch(): { readonly laps: Record<string, number>; lap(name: string): void } {
  const laps: Record<string, number> = {};
  let last = performance.now();
  return {
    laps,
    lap(name) {
      const now = performance.now();
      laps[name] = Math.round(now - last);
      last = now;
    },
  };
}

/** One blow and the region's recovery: milliseconds until it is ready again, counted from the restart, or from the blow where nothing is restarted. */
async function strike(fixture: Fixture, { region, part }: Blow, plan: RunPlan): Promise<number> {
  const api = fixture[region];
  await pause(plan.before);
  await blow(api.region, part, plan);
  const back = performance.now();
  for (const each of fixture.all) await until(`${each.region.name} is ready after ${part} of ${region}`, async () => (await each.call('GET', '/readyz', { within: 2_000 })).status === 200, { within: 60_000 });
  const took = performance.now() - back;
  await pause(plan.after);
  return Math.round(took);
}

async function blow(region: Region, part: Blow['part'], plan: RunPlan): Promise<void> {
  switch (part) {
    case 'flush':
      return region.flushView();
    case 'log deleted':
      return region.deleteLog();
    case 'log set back': {
      await using copy = await region.saveLog();
      await pause(plan.down);
      return await region.setLogBack(copy);
    }
    default:
      await region.part(part).kill();
      await pause(plan.down);
      await region.part(part).restart();
  }
}

/** What the regions hold once they break no promise of durability and agreement, or at the bound. */
async function agreement(fixture: Fixture, recorder: Recorder, limits: Limits, within: number): Promise<Final[]> {
  let finals: Final[] = [];
  const unsettled = (): boolean => violations({ ...recorder.history(finals), looks: [], uses: [], events: [] }, limits).length > 0;
  await until('the regions agree', async () => {
    finals = await Promise.all(fixture.all.map(holdings));
    return !unsettled();
  }, { within, every: 500 }).catch(() => undefined);
  return finals;
}

async function holdings(api: AclApi): Promise<Final> {
  const stubs = json<StubJson[]>(succeeded(await api.list({ filter: 'Name matches "^run-"' }), 'list'));
  return { region: api.region.name, tokens: new Map(stubs.map((stub) => [stub.AccessorID, { name: stub.Name, modifyIndex: stub.ModifyIndex }])) };
}

function highest(final: Final | undefined): number {
  return Math.max(0, ...[...(final?.tokens.values() ?? [])].map(({ modifyIndex }) => modifyIndex));
}

/** Every token of the run is used once more in every region that must judge it, some at a time. */
async function lastUses({ all }: Fixture, workload: Workload, recorder: Recorder): Promise<string[]> {
  const known = workload.tokens.filter(({ state, secret }) => state !== 'unknown' && secret !== '');
  const due = known.flatMap((token) => all.map((api) => ({ token, api })));
  const misjudged: string[] = [];
  await Promise.all(Array.from({ length: 24 }, async () => {
    for (let next = due.pop(); next !== undefined; next = due.pop()) {
      const { token, api } = next;
      const accepted = await until(`${api.region.name} can tell`, () => useOnce(api, token, recorder), { within: 30_000 }).catch(() => undefined);
      const wanted = token.state === 'live' && (token.scope === 'global' || token.home.region.name === api.region.name);
      if (accepted !== (wanted ? 'accepted' : 'refused')) misjudged.push(`${api.region.name}: ${token.scope} ${token.accessor}, ${token.state}, was ${accepted ?? 'not judged'}`);
    }
  }));
  return misjudged;
}
