import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { startPipeline } from '@mintmark/pipeline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
import { type Http, httpClient, json } from '../support/http.ts';
import { until } from '../support/until.ts';
import { type ApiErrorJson, bearer, bindHttp, claimsOf, createJob, drop, type Issued, mayIssue, newJob, policy } from './support.ts';

/** A job behind its pipeline. */
export function pipelineSuite(fixture: () => Fixture): void {
  describe('pipeline', () => {
    let stack: AsyncDisposableStack;
    beforeEach(() => {
      stack = new AsyncDisposableStack();
    });
    afterEach(() => stack.disposeAsync());

    const piped = async (job: string, credential: string, target = fixture().us.region.http): Promise<{ readonly call: Http; readonly port: number }> => {
      const pipeline = stack.use(await startPipeline({ job, host: '127.0.0.1', port: 0, target, credential, timeoutMs: 2_000 }, systemWorld));
      const client = httpClient(`http://127.0.0.1:${pipeline.port}`);
      stack.defer(() => client.close());
      return { call: client.call, port: pipeline.port };
    };
    const bound = async (): Promise<{ readonly job: string; readonly credential: string }> => {
      const job = newJob();
      await createJob(fixture().us, job);
      const { credential } = await bindHttp(fixture(), fixture().us, job);
      return { job, credential };
    };

    test('AC-02 AC-28 a call without any credential is answered as the job, and the job can log in', async () => {
      const { us, secrets } = fixture();
      const { job, credential } = await bound();
      await policy(us, mayIssue(job));
      const { call } = await piped(job, credential);
      const services = await call('GET', '/v1/services');
      expect([services.status, json(services)]).toEqual([200, []]);
      const { access_token } = json<Issued>(await call('POST', '/v1/oauth2/apptoken'));
      secrets.add(access_token);
      expect(claimsOf(access_token).sub).toBe(job);
    });

    test('AC-07 AC-30 without permit issue a call is 401 and says why; with it the next one works', async () => {
      const { us } = fixture();
      const { job, credential } = await bound();
      const { call } = await piped(job, credential);
      const refused = json<ApiErrorJson>(await call('GET', '/v1/services'));
      expect(refused).toMatchObject({ code: 401, token_invalid: true });
      expect(refused.message).toContain(`missing claim "permit issue" on "${job}"`);
      const document = await policy(us, mayIssue(job));
      await until('the job has a token', async () => (await call('GET', '/v1/services')).status === 200);
      await drop(us, document);
    });

    test('AC-06 a job is answered by its policy, and 401 once that is deleted and its token over', async () => {
      const { us } = fixture();
      const { job, credential } = await bound();
      const document = await policy(us, mayIssue(job, '3s'));
      const { call } = await piped(job, credential);
      expect((await call('GET', '/v1/services')).status).toBe(200);
      await drop(us, document);
      const refused = await until('the token is over', async () => {
        const reply = await call('GET', '/v1/services');
        return reply.status !== 200 && reply;
      });
      expect(json<ApiErrorJson>(refused)).toMatchObject({ code: 401, token_invalid: true });
    });

    test('AC-27 between job and pipeline there is no HTTPS', async () => {
      const { us } = fixture();
      const { job, credential } = await bound();
      await policy(us, mayIssue(job));
      const { call, port } = await piped(job, credential);
      const secure = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
      expect(await new Promise((resolve) => secure.once('secureConnect', () => resolve('secure')).once('error', () => resolve('refused')))).toBe('refused');
      expect((await call('GET', '/v1/services')).status).toBe(200);
    });

    test('AC-36 what the job sends as a credential is dropped, and no other origin ever sees the token', async () => {
      const { us } = fixture();
      const { job, credential } = await bound();
      await policy(us, `${mayIssue(job)} job::/ { if (auth_server@apcera.me->name == "${job}") { permit read } }`);
      const { call } = await piped(job, credential);
      for (const headers of [bearer(us.secret ?? ''), { 'x-nomad-token': us.secret ?? '' }]) {
        expect((await call('GET', '/v1/acl/tokens', { headers })).status).toBe(403);
        const made = await call('POST', '/v1/jobs', { headers, body: { fqn: newJob() } });
        expect([made.status, json<ApiErrorJson>(made).message]).toEqual([403, expect.stringContaining('Not allowed to create') as string]);
      }
      const seen: string[] = [];
      const other = createServer((request, response) => {
        seen.push(JSON.stringify(request.headers));
        response.end();
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      stack.defer(() => void other.close());
      const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
      expect((await absolute(await piped(job, credential), url)).startsWith('HTTP/1.1 403')).toBe(true);
      expect(seen).toEqual([]);
    });

    test('no call fails while tokens of two seconds are renewed under it', async () => {
      const { us } = fixture();
      const { job, credential } = await bound();
      await policy(us, mayIssue(job, '3s'));
      const { call } = await piped(job, credential);
      const statuses = new Map<number, number>();
      const end = performance.now() + 8_000;
      await until('the job has a token', async () => (await call('GET', '/v1/services')).status === 200);
      await Promise.all(
        Array.from({ length: 4 }, async () => {
          while (performance.now() < end) {
            const { status } = await call('GET', '/v1/services');
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
          }
        }),
      );
      expect([...statuses.keys()]).toEqual([200]);
    });

    test('an API that is away is 502, one that says nothing 504, and neither sees the request twice that has an effect', async () => {
      const { job, credential } = await bound();
      await policy(fixture().us, mayIssue(job));
      const token = json<Issued>(await fixture().us.call('POST', '/v1/oauth2/apptoken', { headers: bearer(credential) }));
      fixture().secrets.add(token.access_token);
      let posts = 0;
      const silent = createServer((request, response) => {
        if (request.url === '/v1/oauth2/apptoken') return void response.end(JSON.stringify(token));
        posts += 1;
        if (request.url === '/cut') request.socket.destroy();
      });
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      stack.defer(() => {
        silent.closeAllConnections();
        silent.close();
      });
      const { call } = await piped(job, credential, `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
      const late = await call('POST', '/v1/jobs', { body: { fqn: job } });
      expect([late.status, posts]).toEqual([504, 1]);
      const cut = await call('POST', '/cut', { body: { fqn: job } });
      expect([cut.status, json<ApiErrorJson>(cut).code, posts]).toEqual([502, 502, 2]);
      const away = await piped(job, credential, 'http://127.0.0.1:1');
      expect((await away.call('POST', '/v1/jobs', { body: {} })).status).toBe(502);
    });

    test('it never starts towards an origin where tokens would go in clear', async () => {
      for (const target of ['http://api.example.com', 'https://api.example.com/v1', 'ftp://x', 'x']) {
        await expect(startPipeline({ job: 'j', host: '127.0.0.1', port: 0, target, credential: 'c' }, systemWorld)).rejects.toThrow(/target must be/);
      }
    });
  });
}

/** Asks the pipeline for another origin, as a client of a proxy does. */
async function absolute({ port }: { readonly port: number }, url: string): Promise<string> {
  const { connect } = await import('node:net');
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${url} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`));
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.once('end', () => resolve(text));
    socket.once('error', reject);
  });
}
