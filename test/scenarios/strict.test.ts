import { once } from 'node:events';
import { promisify } from 'node:util';
import { credentials } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AclApi, Minted } from './support/acl.ts';
import { expectEmpty, expectJson } from './support/expect.ts';
import { bootstrapped, type Fixture, openFixture } from './support/fixture.ts';
import { json } from './support/http.ts';
import { until } from './support/until.ts';

/** The default of `MINTMARK_STALENESS`. */
const BOUND_MS = 5_000;
const STRICT_REGION = 'eu-west';

interface Said {
  readonly verdict: string;
  readonly reason?: string;
}

/** P7: eu is strict; ap is available, and strict only for those who ask for it. Both are cut off from the authority. */
describe('a region that is cut off', () => {
  const stack = new AsyncDisposableStack();
  let regions: Fixture;
  let token: Minted;
  let local: Minted;
  let cutAt = 0;
  let lastAllow = 0;

  beforeAll(async () => {
    const validatorEnv = (name: string): Readonly<Record<string, string>> => (name === STRICT_REGION ? { MINTMARK_STRICT: 'true' } : {});
    regions = await bootstrapped(await openFixture(stack, 'distributed', { links: true, validatorEnv }));
    const { us, eu, ap } = regions;
    token = await us.mint({ Global: true });
    local = await eu.mint();
    for (const api of [eu, ap]) await until('the token is there', async () => (await api.read(token.AccessorID)).status === 200);
  }, 120_000);
  afterAll(() => stack.disposeAsync(), 60_000);

  test('strict: lets everybody in while it is connected, for twice the bound', async () => {
    const wrong = new Set<string>();
    for (const end = performance.now() + 2 * BOUND_MS; performance.now() < end; ) {
      const { verdict, reason } = await asked(regions.eu, token);
      if (verdict !== 'allow') wrong.add(`${verdict} ${reason}`);
    }
    expect([...wrong]).toEqual([]);
  }, 30_000);

  test('strict: no question that is put after the bound is answered with allow', async () => {
    const { eu, ap } = regions;
    for (const { region } of [eu, ap]) region.link?.cut();
    cutAt = performance.now();
    const answers: Said[] = [];
    while (performance.now() < cutAt + BOUND_MS + 3_000) {
      const put = performance.now();
      const said = await asked(eu, token);
      if (said.verdict === 'allow') lastAllow = put;
      if (put > cutAt + BOUND_MS) answers.push(said);
    }
    expect(lastAllow - cutAt).toBeLessThanOrEqual(BOUND_MS);
    expect(answers.length).toBeGreaterThan(10);
    expect(new Set(answers.map(({ verdict, reason }) => `${verdict} ${reason}`))).toEqual(new Set(['deny stale']));
  }, 30_000);

  test('strict: its resources say 503, its decisions deny, and its local tokens work', async () => {
    const { eu } = regions;
    expect((await eu.as(token.SecretID).self()).status).toBe(503);
    expect(json<Said>(await eu.as(undefined).send('POST', '/v1/authorize', { body: { credential: { dialect: 'acl', value: local.SecretID }, verb: 'read', resource: 'job::/x::y' } }))).toMatchObject({ verdict: 'deny', reason: 'stale' });
    expect(await asked(eu, local)).toMatchObject({ verdict: 'allow' });
    expectJson(await eu.as(local.SecretID).self());
  });

  test('available: goes on and says how old its word is; a question that asks for strictness is denied', async () => {
    const { ap } = regions;
    expect(await asked(ap, token)).toMatchObject({ verdict: 'allow' });
    expect(await asked(ap, token, { strict: true })).toMatchObject({ verdict: 'deny', reason: 'stale' });
    const byHeader = await ap.as(token.SecretID).send('POST', '/v1/validate', { body: {}, headers: { 'x-mintmark-strict': 'true' } });
    expect(json<Said>(byHeader)).toMatchObject({ verdict: 'deny', reason: 'stale' });
    expect(Number(byHeader.headers['x-mintmark-staleness'])).toBeGreaterThan(BOUND_MS);
    expect((await ap.call('GET', '/metrics')).text).toMatch(/^mintmark_staleness_seconds\{.*\} [5-9]/m);
  });

  test('gRPC says it too, in every kind of answer; the authority is level', async () => {
    for (const stalenessMs of await toldByGrpc(regions.ap, token)) expect(stalenessMs).toBeGreaterThan(BOUND_MS);
    expect(await toldByGrpc(regions.us, token)).toEqual([0, 0, 0, 0]);
  });

  test('both let in again once they hear from the authority, and not what was revoked meanwhile', async () => {
    const { us, eu, ap } = regions;
    const gone = await us.mint({ Global: true });
    expectEmpty(await us.delete(gone.AccessorID));
    for (const { region } of [eu, ap]) region.link?.heal();
    for (const api of [eu, ap]) {
      await until(`${api.region.name} lets in again`, async () => (await asked(api, token, { strict: true })).verdict === 'allow', { within: 20_000 });
      expect(await asked(api, gone)).toMatchObject({ verdict: 'deny', reason: 'unknown' });
    }
  }, 60_000);

  test.each([['1'], [null]])('a demand for strictness that is %j is refused with the accepted form', async (strict) => {
    const reply = await regions.us.as(token.SecretID).send('POST', '/v1/validate', { body: { strict } });
    expect(reply.status).toBe(400);
    expect(reply.text).toContain('strict must be true or false');
  });
});

async function asked(api: AclApi, { SecretID }: Minted, more: { readonly strict?: boolean } = {}): Promise<Said> {
  return json<Said>(await api.as(undefined).send('POST', '/v1/validate', { body: { credential: { dialect: 'acl', value: SecretID }, ...more } }));
}

/** How stale a region says it is in the answers of its calls that judge a credential. */
async function toldByGrpc({ region }: AclApi, { SecretID }: Minted): Promise<readonly (number | undefined)[]> {
  using stack = new DisposableStack();
  const client = stack.adopt(new validator.ValidatorClient(region.grpc, credentials.createInsecure()), (open) => open.close());
  const question = { credential: { dialect: 'acl', value: SecretID }, freshness: '', strict: false };
  const [one, batch, decision] = await Promise.all([
    promisify(client.validate.bind(client) as (request: validator.ValidateRequest, done: Done<validator.ValidateResponse>) => void)(question),
    promisify(client.batchValidate.bind(client) as (request: validator.BatchValidateRequest, done: Done<validator.BatchValidateResponse>) => void)({ requests: [question] }),
    promisify(client.authorize.bind(client) as (request: validator.AuthorizeRequest, done: Done<validator.AuthorizeResponse>) => void)({ ...question, verb: 'read', resource: 'job::/x::y', context: {} }),
  ]);
  const stream = client.validateStream();
  stream.write({ id: 1, request: question, restsOn: false });
  const [streamed] = (await once(stream, 'data')) as [validator.ValidateStreamResponse];
  stream.end();
  return [one.stalenessMs, batch.responses[0]?.stalenessMs, streamed.response?.stalenessMs, decision.stalenessMs];
}

type Done<T> = (error: Error | null, answer: T) => void;
