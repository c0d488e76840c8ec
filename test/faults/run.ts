import { setTimeout as pause } from 'node:timers/promises';
import type { StubJson } from '../scenarios/support/acl.ts';
import { type AclApi, indexOf, succeeded } from '../scenarios/support/acl.ts';
import type { Fixture } from '../scenarios/support/fixture.ts';
import { json } from '../scenarios/support/http.ts';
import { until } from '../scenarios/support/until.ts';
import { Rng } from '../simulation/kernel/rng.ts';
import { type Blow, strike, told } from './blows.ts';
import { type Disturbance, type Limits, type Violation, violations } from './checker.ts';
import { type Figures, figuresOf } from './figures.ts';
import { type Final, type History, Recorder } from './history.ts';
import { followFeed, huntRevoked, pollIndex, useOnce, useTokens } from './observers.ts';
import { shareTokens } from './sharers.ts';
import { Workload } from './workload.ts';

/** A region that was struck may take so long after it is ready to catch up with what it missed. */
const RECOVERY_MS = 2_000;
/** What is asked of regions that nothing happens to: more than the measured bound, since all of this shares a machine with thirty processes. */
const REVOCATION_MS = 3_000;

export interface RunPlan {
  readonly seed: number;
  readonly blows: readonly Blow[];
  readonly perSecond: number;
  /** Milliseconds of writing before a blow, while it holds, and after it is repaired. */
  readonly before: number;
  readonly hold: number;
  readonly after: number;
  /** Milliseconds that the regions have to agree after the last write. */
  readonly settle: number;
}

export interface RunReport {
  readonly history: History;
  readonly figures: Figures;
  /** Broken promises over the whole history. */
  readonly broken: readonly Violation[];
  readonly surprises: readonly string[];
  /** Blows that could not be struck, and regions that did not come back from them. */
  readonly failures: readonly string[];
  /** Milliseconds until every region was ready again, by blow. */
  readonly recovered: readonly (readonly [blow: string, tookMs: number])[];
  /** Milliseconds of each phase of the run. */
  readonly phases: Readonly<Record<string, number>>;
  /** How often each feed follower had to take up its stream again, and why. */
  readonly feedEnds: readonly string[];
  /** Deleted tokens that some region still accepts at the end, and live ones that one still refuses. */
  readonly misjudged: readonly string[];
}

/** Strikes the blows one after the other under load, lets the regions come to rest, and judges what was seen. */
export async function hostileRun(fixture: Fixture, plan: RunPlan): Promise<RunReport> {
  const recorder = new Recorder();
  const hunter = huntRevoked(fixture, recorder);
  const workload = new Workload(fixture, recorder, hunter.hunt);
  const pollers = fixture.all.map((api) => pollIndex(api, recorder));
  const followers = await Promise.all(fixture.all.map(async (api) => followFeed(api, indexOf(succeeded(await api.list({ per_page: 1 }), 'list')), recorder)));
  const users = useTokens(fixture, workload.tokens, recorder);
  const sharers = shareTokens(fixture, recorder, new Rng(`sharers ${plan.seed}`));
  workload.start(plan.perSecond);
  const recovered: [string, number][] = [];
  const failures: string[] = [];
  const clock = stopwatch();
  const disturbances: Disturbance[] = [];
  for (const blow of plan.blows) {
    const from = performance.now();
    await endure(fixture, blow, plan).then((took) => recovered.push([told(blow), took]), (error: Error) => failures.push(`${told(blow)}: ${error.message}`));
    disturbances.push({ region: fixture[blow.region].region.name, from, to: performance.now() + RECOVERY_MS });
  }
  clock.lap('blows');
  await workload.stop();
  for (const client of [sharers, users, hunter]) await client.stop();
  clock.lap('last answers');
  const limits: Limits = { authority: fixture.us.region.name, revocationMs: REVOCATION_MS, disturbances };
  const finals = await agreement(fixture, recorder, limits, plan.settle);
  clock.lap('agreement');
  await Promise.all(followers.map((follower, at) => until('the feed reaches the region\'s index', async () => follower.index() >= highest(finals[at]), { within: plan.settle })).map((each) => each.catch(() => undefined)));
  for (const observer of [...pollers, ...followers]) await observer.stop();
  clock.lap('feeds');
  const misjudged = await lastUses(fixture, workload, recorder);
  clock.lap('last uses');
  const history = recorder.history(finals);
  const feedEnds = followers.flatMap(({ ends }) => ends.slice(0, -1));
  const figures = figuresOf(history, limits.authority);
  return { history, figures, broken: violations(history, limits), surprises: workload.surprises, failures, recovered, phases: clock.laps, feedEnds, misjudged };
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

/** One blow and the recovery from it: milliseconds from the repair until every region is ready. */
async function endure(fixture: Fixture, blow: Blow, plan: RunPlan): Promise<number> {
  await pause(plan.before);
  await strike(fixture[blow.region].region, blow, plan.hold);
  const back = performance.now();
  for (const each of fixture.all) await until(`${each.region.name} is ready after: ${told(blow)}`, async () => (await each.call('GET', '/readyz', { within: 2_000 })).status === 200, { within: 60_000 });
  const took = performance.now() - back;
  await pause(plan.after);
  return Math.round(took);
}

/** So many looks in a row must show the same: a region may have to take again what the authority's log had lost. */
const QUIET_LOOKS = 4;

/** What the regions hold once nothing moves any more and they break no promise of durability and agreement, or at the bound. */
async function agreement(fixture: Fixture, recorder: Recorder, limits: Limits, within: number): Promise<Final[]> {
  let finals: Final[] = [];
  const unsettled = (): boolean => violations({ ...recorder.history(finals), looks: [], uses: [], events: [], accesses: [] }, limits).length > 0;
  let [before, same] = ['', 0];
  await until('the regions agree', async () => {
    finals = await Promise.all(fixture.all.map(holdings));
    const now = JSON.stringify(finals.map(({ tokens }) => [...tokens]));
    same = now === before ? same + 1 : 0;
    before = now;
    return same >= QUIET_LOOKS && !unsettled();
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
