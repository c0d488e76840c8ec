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
