import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { type Mode, startCluster } from '../../harness/cluster.ts';
import { needServers } from '../clusters.ts';
import { startChild } from '../measure/child.ts';
import { moveSelf } from '../measure/cpu.ts';
import { median, quantile } from '../measure/stats.ts';
import type { Run } from '../run.ts';
import { ms, type Row } from '../table.ts';

const AT_ONCE = 200;
const VALIDATIONS_PER_SECOND = 200;
const ROUND_MS = 4_000;
const RATIO = 1.5;
const PERSON = { username: 'bench@example.com', password: 'plum tractor window' };

interface Times {
  readonly p50: number;
  readonly p99: number;
}

/** One round: by itself, while the same logins flood another installation on the machine, and while they flood this one. */
interface Round {
  readonly quiet: Times;
  readonly beside: Times;
  readonly flooded: Times;
  /** Logins that were let in during the flood of this one. */
  readonly served: number;
}

/**
 * What a flood of logins does to validation at the same region. What it does to one that only shares the cores with it is the machine's doing; the rest is ours.
 * Logins come from processes of their own; nothing is pinned.
 */
export async function floodRows(mode: Mode, { rounds }: Run): Promise<readonly Row[]> {
  if (mode === 'distributed') await needServers();
  moveSelf('everywhere');
  try {
    await using stack = new AsyncDisposableStack();
    const own = await floodable(stack, mode);
    const neighbour = await floodable(stack, 'embedded');
    const found: Round[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const quiet = await timesOf(own.validate);
      const elsewhere = neighbour.flood();
      const beside = await timesOf(own.validate);
      await elsewhere;
      const flood = own.flood();
      const flooded = await timesOf(own.validate);
      const served = await flood;
      if (round > 0) found.push({ quiet, beside, flooded, served });
    }
    return [rowOf(mode, found, 'quiet'), rowOf(mode, found, 'beside')];
  } finally {
    moveSelf('generators');
  }
}

/** Three regions with somebody who can log in. `flood` resolves with the number of those who were let in. */
async function floodable(stack: AsyncDisposableStack, mode: Mode): Promise<{ validate(): Promise<number>; flood(): Promise<number> }> {
  const cluster = stack.use(await startCluster(mode));
  const origin = cluster.regions[0].http;
  const pool = stack.adopt(new Pool(origin, { connections: 64 }), (open) => open.close());
  const validate = await validationOf(pool);
  const { child } = await startChild(new URL('../servers/logins.ts', import.meta.url), { origin, ...PERSON, atOnce: AT_ONCE });
  stack.use(child);
  return { validate, flood: () => child.ask<number>('flood', ROUND_MS) };
}

function rowOf(mode: Mode, found: readonly Round[], ceiling: 'quiet' | 'beside'): Row {
  const ratio = median(found.map((round) => round.flooded.p99 / round[ceiling].p99));
  const shown = (which: 'quiet' | 'beside' | 'flooded'): string => `p50 ${ms(median(found.map((round) => round[which].p50)))}, p99 ${ms(median(found.map((round) => round[which].p99)))}`;
  const perSecond = Math.round(median(found.map(({ served }) => served)) / (ROUND_MS / 1_000));
  const what = { quiet: 'quiet', beside: 'the same flood next door' }[ceiling];
  return {
    name: `validate while ${AT_ONCE} log in at once (${perSecond}/s get in), vs ${what}, ${mode}`,
    measured: shown('flooded'),
    ceiling: shown(ceiling),
    ratio: `p99 ${ratio.toFixed(2)}`,
    goal: `p99 <= ${RATIO}`,
    reached: ratio <= RATIO,
    cpu: '',
  };
}

/** Validates a session of the one who floods; resolves with milliseconds. */
async function validationOf(pool: Pool): Promise<() => Promise<number>> {
  const send = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<string> => {
    const answer = await pool.request({ method: 'POST', path, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.statusCode} ${text}`);
    return text;
  };
  const { SecretID } = JSON.parse(await send('/v1/acl/bootstrap', {})) as { readonly SecretID: string };
  const asRoot = { 'X-Nomad-Token': SecretID };
  const { id } = JSON.parse(await send('/v1/organizations', { name: 'Bench', alias: 'bench' }, asRoot)) as { readonly id: string };
  await send('/v1/users', { ...PERSON, organizations: [{ organization: id, role: 'Standard' }] }, asRoot);
  const session = JSON.parse(await send('/authentication/api/v1/sessions/account', PERSON)) as { readonly ApprendaSessionToken: string };
  const body = { credential: { dialect: 'session', value: decodeURIComponent(session.ApprendaSessionToken) } };
  return async () => {
    const began = performance.now();
    const text = await send('/v1/validate', body);
    if (!text.includes('"verdict":"allow"')) throw new Error(text);
    return performance.now() - began;
  };
}

/** Validates at a steady pace, whether or not earlier ones have been answered. */
async function timesOf(validate: () => Promise<number>): Promise<Times> {
  const running: Promise<number>[] = [];
  const began = performance.now();
  for (let now = 0; now < ROUND_MS; now = performance.now() - began) {
    while (running.length < (now / 1_000) * VALIDATIONS_PER_SECOND) running.push(validate());
    await sleep(1);
  }
  const taken = await Promise.all(running);
  return { p50: quantile(taken, 0.5), p99: quantile(taken, 0.99) };
}
