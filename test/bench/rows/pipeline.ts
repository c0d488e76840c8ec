import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { eventually } from '../../harness/eventually.ts';
import { openRegions } from '../clusters.ts';
import { startChild } from '../measure/child.ts';
import { median, quantile } from '../measure/stats.ts';
import type { Run } from '../run.ts';
import { count, ms, type Row } from '../table.ts';

const CALLS = 400;
const LOADED_MS = 60_000;
const CALLERS = 4;
const PATH = '/v1/services';
const ISSUE = '/v1/oauth2/apptoken';

/** A call through a pipeline beside the same call made directly; they alternate one by one. */
export async function pipelineRows({ rounds, folder }: Run): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const { direct, piped, token } = await bothWays(stack, folder, '1h');
  const headers = { authorization: `Bearer ${token}` };
  for (let warm = 0; warm < 2 * CALLS; warm += 1) for (const pool of [direct, piped]) await timed(pool, headers);
  const seen = { direct: { p50: [] as number[], p99: [] as number[] }, piped: { p50: [] as number[], p99: [] as number[] } };
  for (let round = 0; round < rounds; round += 1) {
    const lags = { direct: [] as number[], piped: [] as number[] };
    for (let at = 0; at < CALLS; at += 1) {
      lags.direct.push(await timed(direct, headers));
      lags.piped.push(await timed(piped, headers));
    }
    for (const way of ['direct', 'piped'] as const) {
      seen[way].p50.push(quantile(lags[way], 0.5));
      seen[way].p99.push(quantile(lags[way], 0.99));
    }
  }
  const shown = ({ p50, p99 }: typeof seen.direct): string => `p50 ${ms(median(p50))}, p99 ${ms(median(p99))}`;
  const added = (which: 'p50' | 'p99'): string => `${ms(median(seen.piped[which].map((value, round) => value - (seen.direct[which][round] as number))))} ${which}`;
  return [{ name: 'call through a pipeline, vs direct', measured: shown(seen.piped), ceiling: shown(seen.direct), ratio: `+${added('p50')}, +${added('p99')}`, goal: '', cpu: '' }];
}

/** Tokens of three seconds for a minute, under calls that never stop: ten times as many renewals as an hour of half-hour tokens has. */
export async function pipelineRenewalRows({ folder }: Run): Promise<readonly Row[]> {
  await using stack = new AsyncDisposableStack();
  const { piped } = await bothWays(stack, folder, '3s');
  const until = performance.now() + LOADED_MS;
  const lags: number[] = [];
  let failed = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < until) {
      const lag = await timed(piped, {}).catch(() => undefined);
      if (lag === undefined) failed += 1;
      else lags.push(lag);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const measured = `${count(failed)} of ${count(lags.length + failed)} calls failed; p50 ${ms(median(lags))}, p99 ${ms(quantile(lags, 0.99))}, last ${ms(quantile(lags, 1))}`;
  return [{ name: `pipeline for ${LOADED_MS / 1_000} s with tokens of 3 s`, measured, ceiling: '', ratio: '', goal: '0 failed', reached: failed === 0, cpu: '' }];
}

/** A job that policy gives tokens of the lifetime, the API, and its pipeline. */
async function bothWays(stack: AsyncDisposableStack, folder: string, lifetime: string): Promise<{ readonly direct: Pool; readonly piped: Pool; readonly token: string }> {
  const { at, root } = stack.use(await openRegions('embedded', folder));
  const [{ http: target }] = at;
  const direct = stack.adopt(new Pool(target), (pool) => pool.destroy());
  const send = async (method: 'POST' | 'PUT', path: string, body: object): Promise<Readonly<Record<string, string>>> => {
    const answer = await direct.request({ method, path, headers: { 'x-nomad-token': root, 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, string>);
  };
  const name = `bench${randomUUID().slice(0, 8)}`;
  const job = `job::/sandbox/bench::${name}`;
  await send('PUT', `/v1/policy/${name}`, { name, text: `on ${job} { { permit issue } { tokenTimeout "${lifetime}" } }` });
  await send('POST', '/v1/jobs', { fqn: job });
  const { credential = '' } = await eventually(() => send('POST', '/v1/bindings', { job_fqn: job, service_fqn: 'service::/apcera::http' }), { what: 'a binding' });
  const { child, ready } = await startChild<string>(new URL('../servers/pipeline.ts', import.meta.url), { job, target, credential });
  stack.use(child);
  const piped = stack.adopt(new Pool(ready), (pool) => pool.destroy());
  await eventually(() => timed(piped, {}), { what: 'an answer through the pipeline' });
  const issued = (await (await piped.request({ method: 'POST', path: ISSUE })).body.json()) as { readonly access_token: string };
  return { direct, piped, token: issued.access_token };
}

/** Milliseconds of one call. Throws where it is not answered with 200. */
async function timed(pool: Pool, headers: Readonly<Record<string, string>>): Promise<number> {
  const began = performance.now();
  const { statusCode, body } = await pool.request({ method: 'GET', path: PATH, headers });
  await body.dump();
  if (statusCode !== 200) throw new Error(`${PATH}: ${statusCode}`);
  return performance.now() - began;
}
