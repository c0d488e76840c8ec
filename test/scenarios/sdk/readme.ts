import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startProcess } from '../../harness/process.ts';
import { freePort, releasePort } from '../../harness/ports.ts';
import type { Fixture } from '../support/fixture.ts';
import { until } from '../support/until.ts';
import { operatorSession } from './support.ts';

const README = readFileSync(new URL('../../../packages/client/README.md', import.meta.url), 'utf8');
const EXAMPLES = [...README.matchAll(/```ts\n(.*?)```/gs)].map(([, text]) => text as string);
/** Where the packages that the examples import are found. */
const HERE = fileURLToPath(new URL('../..', import.meta.url));

/** The examples of the SDK's README, run as they stand there but for addresses. */
export function readmeSuite(fixture: () => Fixture): void {
  /** Runs the example that has this text; what it printed so far, and where it listens. */
  async function runs(stack: AsyncDisposableStack, having: string): Promise<{ readonly url: string; readonly output: () => string }> {
    const { region, secret = '' } = fixture().us;
    const port = await freePort();
    stack.defer(() => releasePort(port));
    const code = (EXAMPLES.find((text) => text.includes(having)) ?? '')
      .replaceAll('http://127.0.0.1:4646', region.http)
      .replaceAll('127.0.0.1:4647', region.grpc)
      .replaceAll('3000', String(port));
    const running = await startProcess({
      command: process.execPath,
      args: ['--input-type=module-typescript', '--eval', code],
      env: { PATH: process.env.PATH, MINTMARK_TOKEN: secret },
      cwd: HERE,
    });
    stack.defer(async () => {
      await running.signal('SIGKILL');
      await running.ended;
    });
    return { url: `http://localhost:${port}`, output: () => running.output() };
  }

  const answers = (url: string, headers: Record<string, string> = {}): Promise<Response> =>
    until('the example listens', () => fetch(url, { headers }), { within: 30_000 });

  test('the example for Fastify lets in who may, and no one else', async () => {
    await using stack = new AsyncDisposableStack();
    const { us } = fixture();
    const { url } = await runs(stack, '@mintmark/client/fastify');
    expect((await answers(`${url}/jobs/web`)).status).toBe(403);
    const management = await answers(`${url}/jobs/web`, { 'x-nomad-token': us.secret ?? '' });
    expect([management.status, Object.keys((await management.json()) as object)]).toEqual([200, ['hello']]);
    expect((await answers(`${url}/jobs/web`, { 'x-nomad-token': (await us.mint()).SecretID })).status).toBe(403);
  }, 60_000);

  test('the example for Express lets sessions in', async () => {
    await using stack = new AsyncDisposableStack();
    const { url } = await runs(stack, '@mintmark/client/express');
    expect((await answers(`${url}/hosts`)).status).toBe(401);
    const session = await operatorSession(fixture());
    const answer = await answers(`${url}/hosts`, { apprendasessiontoken: session.token });
    expect([answer.status, await answer.json()]).toEqual([200, { user: expect.any(String) as string }]);
    await session.end();
  }, 60_000);

  test('the example that calls a region makes a token and is told what it may do', async () => {
    await using stack = new AsyncDisposableStack();
    const { output } = await runs(stack, 'MintmarkClient({');
    await until('the decision is printed', async () => output().includes('verdict:'), { within: 30_000 });
    expect(output()).toContain("verdict: 'deny'");
  }, 60_000);
}
