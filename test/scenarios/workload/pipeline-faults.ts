import { systemWorld } from '@mintmark/kit/lifecycle';
import { type PipelineOptions, startPipeline } from '@mintmark/pipeline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tcpProxy } from '../../harness/tcp-proxy.ts';
import type { Mode } from '../support/cluster.ts';
import type { Fixture } from '../support/fixture.ts';
import { type Http, httpClient, json, type Reply } from '../support/http.ts';
import { until } from '../support/until.ts';
import { type ApiErrorJson, bindHttp, createJob, mayIssue, newJob, policy } from './support.ts';

/** Longer than any restart on a machine that does much else. */
const RIDE_OUT_MS = 60_000;

/** What a job notices of faults behind its pipeline. */
export function pipelineFaultSuite(fixture: () => Fixture, mode: Mode): void {
  describe('pipeline, faults', () => {
    let stack: AsyncDisposableStack;
    beforeEach(() => {
      stack = new AsyncDisposableStack();
    });
    afterEach(() => stack.disposeAsync());

    /** A bound job behind its pipeline, once it is answered. */
    async function piped(lifetime: string, more: Partial<PipelineOptions> = {}): Promise<Http> {
      const { us } = fixture();
      const job = newJob();
      await createJob(us, job);
      const { credential } = await bindHttp(fixture(), us, job);
      await policy(us, mayIssue(job, lifetime));
      const options = { job, host: '127.0.0.1', port: 0, target: us.region.http, credential, timeoutMs: 20_000, ...more };
      const pipeline = stack.use(await startPipeline(options, systemWorld));
      const client = httpClient(`http://127.0.0.1:${pipeline.port}`);
      stack.defer(() => client.close());
      await until('the job is answered', async () => (await client.call('GET', '/v1/services')).status === 200);
      return client.call;
    }

    test.runIf(mode === 'distributed')('a validator that is killed and started again costs no call, while the token lives', async () => {
      const call = await piped('1h', { rideOutMs: RIDE_OUT_MS });
      const validator = fixture().us.region.part('validator');
      const load = loading(call);
      await until('calls are under way', async () => load.statuses.length > 20);
      await validator.kill();
      await validator.restart();
      const restarted = load.statuses.length;
      await until('calls are answered again', async () => load.statuses.length > restarted + 20, { within: 30_000 });
      await load.end();
      expect([...new Set(load.statuses)]).toEqual([200]);
    }, 120_000);

    test.runIf(mode === 'distributed')('without the issuer calls go on while the token lives, then are 502, and work again by themselves', async () => {
      const call = await piped('6s', { rideOutMs: 0 });
      const issuer = fixture().us.region.part('issuer');
      await issuer.kill();
      stack.defer(() => issuer.restart());
      expect((await call('GET', '/v1/services')).status).toBe(200);
      const refused = await until('the token is over', async () => {
        const reply = await call('GET', '/v1/services');
        return reply.status !== 200 && reply;
      });
      expect(json<ApiErrorJson>(refused)).toMatchObject({ code: 502, retry: true, token_invalid: false });
      await issuer.restart();
      await until('the job is answered again', async () => (await call('GET', '/v1/services')).status === 200, { within: 30_000 });
    }, 120_000);

    test.each(['cut', 'blackhole'] as const)('with the way to the region %s calls are told 502 or 504, and work again by themselves', async (fault) => {
      const proxy = stack.use(await tcpProxy({ port: Number(new URL(fixture().us.region.http).port) }));
      const call = await piped('1h', { target: `http://127.0.0.1:${proxy.port}`, timeoutMs: 1_000, rideOutMs: 500 });
      proxy[fault]();
      const refused: Reply = await call('POST', '/v1/jobs', { body: {} });
      expect(json<ApiErrorJson>(refused)).toMatchObject({ code: fault === 'cut' ? 502 : 504, retry: true, message: expect.stringContaining('the API') as string });
      expect((await call('GET', '/v1/services')).status).toBe(fault === 'cut' ? 502 : 504);
      proxy.heal();
      await until('the job is answered again', async () => (await call('GET', '/v1/services')).status === 200, { within: 20_000 });
    });
  });
}

/** Four jobs that call without a pause, until they are ended. */
function loading(call: Http): { readonly statuses: number[]; end(): Promise<void> } {
  const statuses: number[] = [];
  let over = false;
  const workers = Array.from({ length: 4 }, async () => {
    while (!over) statuses.push((await call('GET', '/v1/services', { within: RIDE_OUT_MS })).status);
  });
  return {
    statuses,
    async end() {
      over = true;
      await Promise.all(workers);
    },
  };
}
