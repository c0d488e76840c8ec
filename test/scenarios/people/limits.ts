import { setTimeout as sleep } from 'node:timers/promises';
import { sessionToken } from '@mintmark/domain';
import { describe, expect, test } from 'vitest';
import { named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';
import { type AccessTokenJson, makes } from './access-tokens.ts';
import { person } from './people.ts';
import { login, SESSIONS, verdictOf } from './sessions.ts';

const LOGINS = 200;
const ASKED_PER_SECOND = 1_000;

/** Failed logins, many logins, and what they do to others. Sources are told apart by unit tests: here all requests come from one. */
export function limitSuite(fixture: () => Fixture): void {
  const tries = (username: string, password: string): Promise<Reply> => fixture().us.call('POST', `${SESSIONS}/soc`, { body: { username, password } });

  describe('logins', () => {
    test('an unknown user and a wrong password take the same time (Welch, |t| < 4.5)', async () => {
      const people = person(fixture());
      const users = await Promise.all(Array.from({ length: 10 }, () => people.user()));
      const unknown: number[] = [];
      const wrong: number[] = [];
      await tries(named('warm'), 'warm and cosy up');
      for (let round = 0; round < 4; round += 1) {
        for (const { username } of users) {
          unknown.push((await tries(`${named('u')}@example.com`, 'plum tractor window')).elapsed);
          wrong.push((await tries(username, 'plum tractor window')).elapsed);
        }
      }
      expect(Math.abs(welch(unknown, wrong))).toBeLessThan(4.5);
    });

    test('after ten failures at a user the source is told to come back later, there and only there', async () => {
      const people = person(fixture());
      const [who, other] = [await people.user({ platformOperator: true }), await people.user({ platformOperator: true })];
      const statuses: number[] = [];
      for (let at = 0; at < 11; at += 1) statuses.push((await tries(who.username, 'plum tractor window')).status);
      expect(statuses).toEqual([...Array<number>(10).fill(400), 429]);
      const refused = await tries(who.username, who.password);
      expect([refused.status, json(refused)]).toMatchObject([429, { code: 'resource_exhausted' }]);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(60);
      const nobody: number[] = [];
      const unknown = named('nobody');
      for (let at = 0; at < 11; at += 1) nobody.push((await tries(unknown, 'plum tractor window')).status);
      expect(nobody).toEqual(statuses);
      await login(fixture(), people.api, other);
    });

    test(`${LOGINS} logins at once are served or told to come back, and validation goes on`, async () => {
      const { us } = fixture();
      const people = person(fixture());
      const { id } = await people.organization();
      const who = await people.user({ platformOperator: true, organizations: [{ organization: id, role: 'Standard' }] });
      const { token } = await makes(fixture(), us, who, { dynamicAccess: true, role: 'Standard' });
      const quiet = await latencies(fixture(), token, () => false, 300);
      let pending = LOGINS;
      const started = performance.now();
      const logins = Array.from({ length: LOGINS }, () => tries(who.username, who.password).finally(() => {
        pending -= 1;
      }));
      const loaded = await latencies(fixture(), token, () => pending > 0, 50);
      const replies = await Promise.all(logins);
      const took = performance.now() - started;
      const of = (status: number): Reply[] => replies.filter((reply) => reply.status === status);
      for (const reply of of(201)) fixture().secrets.add(decodeURIComponent(json<{ ApprendaSessionToken: string }>(reply).ApprendaSessionToken));
      expect(of(201).length + of(503).length).toBe(LOGINS);
      expect(of(201).length).toBeGreaterThan(20);
      for (const reply of of(503)) expect(reply.headers['retry-after']).toBe('1');
      console.log(`${of(201).length} logins in ${Math.round(took)} ms, ${of(503).length} told to come back; validation p50 ${quantile(quiet, 0.5)} -> ${quantile(loaded, 0.5)} ms, p99 ${quantile(quiet, 0.99)} -> ${quantile(loaded, 0.99)} ms`);
      expect(loaded.length).toBeGreaterThan(50);
    });
  });

  test('reports of what leaked have a bound: whoever sends too many at once is told to come back', async () => {
    const { eu } = fixture();
    const tokens = Array.from({ length: 1_000 }, () => sessionToken(crypto.randomUUID(), crypto.randomUUID()));
    const report = (): Promise<Reply> => eu.call('POST', '/v1/leaked', { body: { tokens } });
    const replies = await Promise.all(Array.from({ length: 40 }, report));
    const of = (status: number): Reply[] => replies.filter((reply) => reply.status === status);
    expect(of(200).length + of(429).length).toBe(40);
    expect([of(200).length, of(429).length].every((count) => count > 0)).toBe(true);
    for (const reply of of(429)) expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    expect(json(await report())).toEqual({ revoked: 0 });
  });

  test('a creator deleted in one region ends a token that another one judges a thousand times a second, within a second', async () => {
    const { eu, ap } = fixture();
    const people = person(fixture(), 'eu');
    const { id } = await people.organization();
    const who = await people.user({ organizations: [{ organization: id, role: 'Standard' }] });
    const token: AccessTokenJson = await makes(fixture(), eu, who, { dynamicAccess: true, role: 'Standard' });
    expect(await verdictOf(ap, 'personal', token.token)).toMatchObject({ verdict: 'allow' });
    let [lastAllow, firstDeny] = [0, Number.POSITIVE_INFINITY];
    const over = new AbortController();
    const started = performance.now();
    const asking = paced(ASKED_PER_SECOND, over.signal, async () => {
      const at = performance.now();
      const { verdict } = await verdictOf(ap, 'personal', token.token);
      if (verdict === 'allow') lastAllow = Math.max(lastAllow, at);
      else firstDeny = Math.min(firstDeny, performance.now());
    });
    await sleep(1_000);
    await people.remove(who);
    const deleted = performance.now();
    await sleep(1_200);
    over.abort();
    const rate = Math.round((await asking) / ((performance.now() - started) / 1_000));
    console.log(`${rate} verdicts/s; first refusal ${Math.round(firstDeny - deleted)} ms after the deletion had returned, last allow asked ${Math.round(lastAllow - deleted)} ms`);
    expect(lastAllow).toBeGreaterThan(started);
    expect(firstDeny - deleted).toBeLessThan(1_000);
    expect(lastAllow - deleted).toBeLessThan(1_000);
  });
}

/** Does the work so many times a second until the signal aborts, whether or not earlier ones have ended, but no more than 256 at once. Returns how often, when all have ended. */
async function paced(perSecond: number, signal: AbortSignal, work: () => Promise<void>): Promise<number> {
  const MOST = 256;
  const underWay = new Set<Promise<void>>();
  const began = performance.now();
  let count = 0;
  while (!signal.aborted) {
    while (count < ((performance.now() - began) / 1_000) * perSecond && underWay.size < MOST) {
      const one = work().finally(() => underWay.delete(one));
      underWay.add(one);
      count += 1;
    }
    await sleep(1);
  }
  await Promise.all(underWay);
  return count;
}

async function latencies(fixture: Fixture, token: string, goOn: () => boolean, atLeast: number): Promise<number[]> {
  const taken: number[] = [];
  while (goOn() || taken.length < atLeast) {
    const { elapsed, status } = await fixture.us.call('POST', '/v1/validate', { body: { credential: { dialect: 'personal', value: token } } });
    expect(status).toBe(200);
    taken.push(elapsed);
  }
  return taken;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0) * 100) / 100;
}

/** Welch's t of two samples. */
function welch(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [a, b].map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, error: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) / values.length };
  }) as [{ mean: number; error: number }, { mean: number; error: number }];
  return (x.mean - y.mean) / Math.sqrt(x.error + y.error);
}
