import { setTimeout as sleep } from 'node:timers/promises';
import { credentials, Metadata } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';
import { Pool } from 'undici';
import { eventually } from '../../harness/eventually.ts';
import type { Mode } from '../../harness/cluster.ts';
import { openRegions } from '../clusters.ts';
import { median, quantile } from '../measure/stats.ts';
import type { Run } from '../run.ts';
import { ms, type Row } from '../table.ts';

const PER_SECOND = 500;
const ROUND_MS = 3_000;
const P50_MS = 5;
const P99_MS = 30;

interface Write {
  readonly began: number;
  readonly acknowledged: number;
}

/** Global creates at the authority at a steady pace, and when another region's watchers hear of each: from the request's start and from its acknowledgement. */
export async function lagRows(mode: Mode, { rounds, folder }: Run): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const { at, root } = stack.use(await openRegions(mode, folder));
  const [authority, replica] = at;
  const seen = await watch(replica.grpc, root, stack);
  const pool = stack.adopt(new Pool(authority.http, { connections: 64 }), (open) => open.close());
  const create = async (): Promise<string> => {
    const body = JSON.stringify({ Name: 'bench', Type: 'client', Policies: ['readonly', 'deploy'], Global: true });
    const answer = await pool.request({ path: '/v1/acl/token', method: 'POST', headers: { 'X-Nomad-Token': root, 'Content-Type': 'application/json' }, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`create: ${answer.statusCode} ${text}`);
    return (JSON.parse(text) as { AccessorID: string }).AccessorID;
  };
  const found: { rate: number; acknowledged: number[]; fromStart: number[]; fromAck: number[] }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const { writes, rate } = await writeSteadily(create);
    await eventually(() => [...writes.keys()].every((id) => seen.has(id)), { within: 20_000, what: 'visibility of all writes' });
    const lags = [...writes].map(([id, { began, acknowledged }]) => {
      const visible = seen.get(id) as number;
      return { acknowledged: acknowledged - began, fromStart: visible - began, fromAck: Math.max(0, visible - acknowledged) };
    });
    if (round === 0) continue;
    found.push({
      rate,
      acknowledged: lags.map((lag) => lag.acknowledged),
      fromStart: lags.map((lag) => lag.fromStart),
      fromAck: lags.map((lag) => lag.fromAck),
    });
  }
  const rate = median(found.map((round) => round.rate));
  const of = (which: 'acknowledged' | 'fromStart' | 'fromAck') =>
    [0.5, 0.99].map((share) => median(found.map((round) => quantile(round[which], share)))) as [number, number];
  const [ackP50, ackP99] = of('acknowledged');
  const row = (name: string, [p50, p99]: [number, number], judged: boolean): Row => ({
    name: `write to visible in another region at ${Math.round(rate)}/s, ${name}, ${mode}`,
    measured: `p50 ${ms(p50)}, p99 ${ms(p99)}`,
    ceiling: `acknowledged: p50 ${ms(ackP50)}, p99 ${ms(ackP99)}`,
    ratio: '',
    goal: judged ? `p50 <= ${P50_MS} ms, p99 <= ${P99_MS} ms` : '',
    reached: judged ? p50 <= P50_MS && p99 <= P99_MS : undefined,
    cpu: '',
  });
  return [row('from the acknowledgement', of('fromAck'), true), row("from the request's start", of('fromStart'), false)];
}

/** Accessors and when the region's watchers heard of them. */
async function watch(address: string, root: string, stack: AsyncDisposableStack): Promise<ReadonlyMap<string, number>> {
  const client = stack.adopt(new validator.ValidatorClient(address, credentials.createInsecure()), (open) => open.close());
  const metadata = new Metadata();
  metadata.set('mintmark-credential', root);
  const call = stack.adopt(client.watch({ kind: 'token', after: 0 }, metadata), (open) => open.cancel());
  const seen = new Map<string, number>();
  call.on('error', () => undefined);
  const first = new Promise<void>((resolve) => call.once('data', () => resolve()));
  call.on('data', ({ id }: validator.WatchEvent) => {
    if (id !== '' && !seen.has(id)) seen.set(id, performance.now());
  });
  await first;
  return seen;
}

/** Starts writes when they are due, whether or not earlier ones have been answered. */
async function writeSteadily(create: () => Promise<string>): Promise<{ readonly writes: ReadonlyMap<string, Write>; readonly rate: number }> {
  const writes = new Map<string, Write>();
  const running: Promise<void>[] = [];
  const one = async (): Promise<void> => {
    const began = performance.now();
    const id = await create();
    writes.set(id, { began, acknowledged: performance.now() });
  };
  const began = performance.now();
  for (let now = 0; now < ROUND_MS; now = performance.now() - began) {
    while (running.length < (now / 1_000) * PER_SECOND) running.push(one());
    await sleep(1);
  }
  await Promise.all(running);
  return { writes, rate: running.length / ((performance.now() - began) / 1_000) };
}
