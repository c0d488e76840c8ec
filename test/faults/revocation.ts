import { setTimeout as pause } from 'node:timers/promises';
import { median, quantile } from '../bench/measure/stats.ts';
import type { Mode } from '../harness/cluster.ts';
import type { AclApi, Minted } from '../scenarios/support/acl.ts';
import { succeeded } from '../scenarios/support/acl.ts';
import { bootstrapped, type Fixture, openFixture } from '../scenarios/support/fixture.ts';
import { until } from '../scenarios/support/until.ts';
import { Rng } from '../simulation/kernel/rng.ts';
import { type Table, writeRows } from '../harness/reliability-table.ts';

/** P7: a revocation is felt in every connected region within this, in milliseconds. */
const BOUND_MS = 1_000;
/** The default of `MINTMARK_STALENESS`: how long a strict region that is cut off goes on. */
const STALENESS_MS = 5_000;
const STRICT_REGION = 'eu-west';
const AT_ONCE = 4;
const SETTLED_MS = 50;

export const REVOCATION: Table = {
  name: 'revocation',
  head: ['mode', 'load', 'revocations', 'felt at home', 'elsewhere p50', 'p99', 'worst', 'bound', 'strict and cut off: last allow after the cut', 'reproduce'],
};

export interface RevocationOptions {
  readonly seed: number;
  readonly revocations: number;
  /** Checks and writes a second beside the revocations. */
  readonly checksPerSecond: number;
  readonly writesPerSecond: number;
  readonly write: boolean;
}

/** Measures in both modes; returns how many bounds were broken. */
export async function revocation(options: RevocationOptions): Promise<number> {
  const rows: string[][] = [];
  let broken = 0;
  for (const mode of ['embedded', 'distributed'] as const) {
    const measured = await measure(mode, options);
    const row = rowOf(mode, measured, options);
    console.info(REVOCATION.head.map((title, at) => `${title}: ${row[at]}`).join('; '));
    broken += [measured.home > 0, measured.p99 >= BOUND_MS, (measured.lastAllow ?? 0) > STALENESS_MS].filter(Boolean).length;
    rows.push(row);
  }
  if (options.write) await writeRows(REVOCATION, rows, ['embedded', 'distributed']);
  return broken;
}

interface Measured {
  readonly checks: number;
  readonly writes: number;
  /** Milliseconds from the answer to the revocation to the last question that was put after it and still answered with yes, where it was answered. */
  readonly home: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** Milliseconds after the cut at which the last question was put that a strict region answered with yes. */
  readonly lastAllow: number | undefined;
}

async function measure(mode: Mode, options: RevocationOptions): Promise<Measured> {
  await using stack = new AsyncDisposableStack();
  const validatorEnv = (region: string): Record<string, string> => (region === STRICT_REGION ? { MINTMARK_STRICT: 'true' } : {});
  const world = mode === 'distributed' ? { links: true, validatorEnv } : {};
  const fixture = await bootstrapped(await openFixture(stack, mode, world));
  const load = await startLoad(fixture, options);
  const rng = new Rng(`revocation ${options.seed}`);
  const [homes, elsewhere]: [number[], number[]] = [[], []];
  const homesDue = Array.from({ length: options.revocations }, () => rng.pick(fixture.all)).values();
  const worker = async (): Promise<void> => {
    for (const home of homesDue) {
      for (const { at, lag } of await revokeOnce(fixture, home)) (at === home ? homes : elsewhere).push(lag);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const lastAllow = mode === 'distributed' ? await cutOff(fixture) : undefined;
  const { checks, writes } = await load.stop();
  return { checks, writes, home: Math.max(...homes), p50: median(elsewhere), p99: quantile(elsewhere, 0.99), worst: Math.max(...elsewhere), lastAllow };
}

/** Where, and how long after the revocation's answer the last yes was given; at home only a yes to a question that was put after it counts. */
async function revokeOnce(fixture: Fixture, home: AclApi): Promise<{ readonly at: AclApi; readonly lag: number }[]> {
  const token = await home.mint({ Global: true });
  for (const api of fixture.all) await until(`the token works in ${api.region.name}`, () => allowed(api, token));
  const over = new AbortController();
  const probes = fixture.all.map((api) => probe(api, token, over.signal));
  await pause(SETTLED_MS);
  succeeded(await home.delete(token.AccessorID), 'delete');
  const answered = performance.now();
  const patience = setTimeout(() => over.abort(), 10 * BOUND_MS);
  const seen = await Promise.all(probes);
  clearTimeout(patience);
  return seen.map(({ put, got }, index) => {
    const at = fixture.all[index] as AclApi;
    return { at, lag: Math.max(0, (at === home ? put : got) - answered) };
  });
}

/** Asks until the answer is no: when the last question that was answered with yes was put, and when it was answered. */
async function probe(api: AclApi, token: Minted, over: AbortSignal): Promise<{ readonly put: number; readonly got: number }> {
  let last = { put: 0, got: 0 };
  for (let put = performance.now(); (await allowed(api, token)) && !over.aborted; put = performance.now()) last = { put, got: performance.now() };
  return last;
}

async function allowed(api: AclApi, { SecretID }: Minted): Promise<boolean> {
  return (await api.as(SecretID).self()).status === 200;
}

/** The strict region loses the authority, and a token is revoked there. */
async function cutOff({ us, eu }: Fixture): Promise<number> {
  const token = await us.mint({ Global: true });
  await until('the token works in the strict region', () => allowed(eu, token));
  eu.region.link?.cut();
  const cut = performance.now();
  succeeded(await us.delete(token.AccessorID), 'delete');
  let last = cut;
  while (performance.now() < cut + 2 * STALENESS_MS) {
    const put = performance.now();
    if (await allowed(eu, token)) last = put;
  }
  return last - cut;
}

/** Checks of tokens in all regions, and creates of further ones, at a steady pace. */
async function startLoad({ all, us }: Fixture, { checksPerSecond, writesPerSecond }: RevocationOptions): Promise<{ stop(): Promise<{ readonly checks: number; readonly writes: number }> }> {
  const tokens = await Promise.all(Array.from({ length: 20 }, () => us.mint({ Global: true })));
  const open = new Set<Promise<unknown>>();
  let [checks, writes] = [0, 0];
  const began = performance.now();
  const started = (work: Promise<unknown>): void => {
    const own = work.catch(() => undefined).finally(() => open.delete(own));
    open.add(own);
  };
  const timer = setInterval(() => {
    const seconds = (performance.now() - began) / 1_000;
    for (; checks < seconds * checksPerSecond && open.size < 500; checks += 1) {
      started(allowed(all[checks % all.length] as AclApi, tokens[checks % tokens.length] as Minted));
    }
    for (; writes < seconds * writesPerSecond && open.size < 500; writes += 1) {
      started((all[writes % all.length] as AclApi).create({ Name: 'load', Type: 'client', Policies: ['run'], Global: true }));
    }
  }, 5);
  return {
    async stop() {
      clearInterval(timer);
      const seconds = (performance.now() - began) / 1_000;
      await Promise.all(open);
      return { checks: Math.round(checks / seconds), writes: Math.round(writes / seconds) };
    },
  };
}

function rowOf(mode: Mode, measured: Measured, { seed, revocations, checksPerSecond, writesPerSecond }: RevocationOptions): string[] {
  const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  const strict = measured.lastAllow === undefined ? 'one process: no link to cut' : `${ms(measured.lastAllow)} (bound ${STALENESS_MS} ms)`;
  const load = `${measured.checks} checks and ${measured.writes} writes a second`;
  const command = `\`npm run faults -- revocation --seed ${seed} --revocations ${revocations} --checks ${checksPerSecond} --rate ${writesPerSecond}\``;
  return [mode, load, String(revocations), ms(measured.home), ms(measured.p50), ms(measured.p99), ms(measured.worst), `${BOUND_MS} ms`, strict, command];
}
