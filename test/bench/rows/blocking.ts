import { Agent, request as get } from 'node:http';
import { request } from 'undici';
import { eventually } from '../../harness/eventually.ts';
import { type Child, startChild } from '../measure/child.ts';
import { cpuOf } from '../measure/cpu.ts';
import { ratioOf } from '../measure/paired.ts';
import { median } from '../measure/stats.ts';
import { Wakes } from '../measure/wakes.ts';
import type { Run } from '../run.ts';
import type { ValidatorReady } from '../servers/validator.ts';
import { count, type Row, us } from '../table.ts';
import { secretOf } from '../tokens.ts';
import { answerOf } from './self.ts';

const WATCHERS = 1_000;
const WATCHED = 1;
const SELF = '/v1/acl/token/self';

/** Change of one token until its blocking reads have all been answered, beside a bare node:http that holds as many requests and gives the same answer. */
export async function blockingRows({ rounds, folder }: Run): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const ours = await startChild<ValidatorReady>(new URL('../servers/validator.ts', import.meta.url), { tokens: 1_000, folder });
  stack.use(ours.child);
  const headers = { 'X-Nomad-Token': secretOf(WATCHED) };
  const bare = await startChild<string>(new URL('../servers/http-held.ts', import.meta.url), await answerOf(ours.ready.http, headers));
  stack.use(bare.child);
  const agent = stack.adopt(new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY }), (open) => open.destroy());
  const seen = { ours: new Wakes(), bare: new Wakes() };
  for (let round = 0; round <= rounds; round += 1) {
    const index = await indexOf(ours.ready.http, headers);
    await wake(ours.child, seen.ours, agent, `${ours.ready.http}${SELF}?index=${index}&wait=60s`, headers, () => waiting(ours.ready.http));
    await wake(bare.child, seen.bare, agent, `${bare.ready}${SELF}`, headers, () => bare.child.ask<number>('held'));
    if (round === 0) for (const wakes of Object.values(seen)) wakes.forget();
  }
  return [
    {
      name: `wake-up of ${count(WATCHERS)} blocking queries, vs bare node:http long polls`,
      measured: seen.ours.shown(WATCHERS),
      ceiling: seen.bare.shown(WATCHERS),
      ratio: ratioOf(seen.ours.last, seen.bare.last).toFixed(2),
      goal: '',
      cpu: `${us(median(seen.ours.cpu))} / ${us(median(seen.bare.cpu))}`,
    },
  ];
}

/** Lets all of them wait, then changes the token. */
async function wake(
  child: Child,
  wakes: Wakes,
  agent: Agent,
  url: string,
  headers: Readonly<Record<string, string>>,
  held: () => Promise<number>,
): Promise<void> {
  const arrivals = Promise.all(Array.from({ length: WATCHERS }, () => poll(url, agent, headers)));
  await eventually(async () => (await held()) >= WATCHERS, { within: 20_000, what: 'all queries waiting' });
  const before = cpuOf(child.pid);
  const began = await child.ask<number>('change', WATCHED);
  const at = await arrivals;
  wakes.take(
    at.map((arrival) => arrival - began),
    cpuOf(child.pid) - before,
  );
}

/** When the whole answer was there. */
function poll(url: string, agent: Agent, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { agent, headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${url} answers ${answer.statusCode}`));
      answer.resume();
      answer.on('end', () => resolve(Number(process.hrtime.bigint()) / 1e6));
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function indexOf(http: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const answer = await request(`${http}${SELF}`, { headers });
  const { ModifyIndex } = (await answer.body.json()) as { ModifyIndex: number };
  return ModifyIndex;
}

async function waiting(http: string): Promise<number> {
  const text = await (await request(`${http}/metrics`)).body.text();
  return Number(/^mintmark_watchers\S* (\d+)$/m.exec(text)?.[1] ?? 0);
}
