import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { freshnessOf, named, notOlderThan, type StubJson, succeeded } from '../support/acl.ts';
import { expectDenied, expectJson, expectRefusal } from '../support/expect.ts';
import { type Fixture, others } from '../support/fixture.ts';
import type { Reply } from '../support/http.ts';

const ROUNDS = 8;

/** A write's freshness makes it visible in every region at once (issue section 5, P6). */
export function freshnessSuite(fixture: () => Fixture): void {
  describe.each(['us', 'eu', 'ap'] as const)('freshness of a global write in %s', (where) => {
    test('a create is read, listed and accepted in every other region at once', async () => {
      const api = fixture()[where];
      for (let round = 0; round < ROUNDS; round += 1) {
        const made = await api.mint({ Global: true });
        const headers = notOlderThan(made.freshness);
        await Promise.all(others(fixture(), api).map(async (other) => {
          expect(expectJson(await other.read(made.AccessorID, {}, { headers }))).toMatchObject({ Name: made.Name, SecretID: made.SecretID, CreateTime: made.CreateTime, Hash: made.Hash });
          expect(expectJson<StubJson[]>(await other.list({}, { headers })).map((stub) => stub.AccessorID)).toContain(made.AccessorID);
          expect(expectJson(await other.as(made.SecretID).self({}, { headers })).AccessorID).toBe(made.AccessorID);
        }));
      }
    });

    test('an update is read in every other region at once', async () => {
      const api = fixture()[where];
      const { AccessorID } = await api.mint({ Global: true });
      for (let round = 0; round < ROUNDS; round += 1) {
        const Name = named('update');
        const headers = notOlderThan(freshnessOf(succeeded(await api.update(AccessorID, { AccessorID, Name, Type: 'client', Policies: ['a'] }), 'update')));
        const seen = await Promise.all(others(fixture(), api).map(async (other) => expectJson(await other.read(AccessorID, {}, { headers })).Name));
        expect(seen).toEqual([Name, Name]);
      }
    });

    test('a delete is seen in every other region at once: not found, not listed, not accepted', async () => {
      const api = fixture()[where];
      for (let round = 0; round < ROUNDS; round += 1) {
        const made = await api.mint({ Global: true });
        for (const other of fixture().all) expectJson(await other.as(made.SecretID).self());
        const headers = notOlderThan(freshnessOf(succeeded(await api.delete(made.AccessorID), 'delete')));
        await Promise.all(others(fixture(), api).map(async (other) => {
          expectDenied(await other.as(made.SecretID).self({}, { headers }));
          expectRefusal(await other.read(made.AccessorID, {}, { headers }), 404, 'ACL token not found');
          expect(expectJson<StubJson[]>(await other.list({}, { headers })).map((stub) => stub.AccessorID)).not.toContain(made.AccessorID);
        }));
      }
    });

    test('P6 a fresh global token is accepted in every region at its first use, without a freshness', async () => {
      const { all } = fixture();
      const api = fixture()[where];
      for (let round = 0; round < ROUNDS * 4; round += 1) {
        const { SecretID, AccessorID } = await api.mint({ Global: true });
        for (const reply of await Promise.all(all.map((each) => each.as(SecretID).self()))) expect(expectJson(reply).AccessorID).toBe(AccessorID);
      }
    });

    test('P6 a fresh global management token manages in every region at its first use', async () => {
      const api = fixture()[where];
      const { SecretID } = await api.mint({ Global: true, Type: 'management' });
      await Promise.all(fixture().all.map(async (each) => {
        const { AccessorID } = await each.as(SecretID).mint({ Global: true });
        expect((await each.as(SecretID).delete(AccessorID)).status).toBe(200);
      }));
    });
  });
}

/** P6 where several clients mint and use at the same time: no first use is refused, however far behind the region is. */
export function firstUseSuite(fixture: () => Fixture): void {
  test('P6 of 200 global tokens minted by four clients none is refused at its first use in any region', async () => {
    const { us, all } = fixture();
    const refused: string[] = [];
    await Promise.all(Array.from({ length: 4 }, async (_, client) => {
      for (let round = 0; round < 50; round += 1) {
        const { SecretID } = await us.mint({ Global: true });
        for (const api of all) {
          const { status, text } = await api.as(SecretID).self();
          if (status !== 200) refused.push(`client ${client} round ${round} in ${api.region.name}: ${status} ${text}`);
        }
      }
    }));
    expect({ refused: refused.length, first: refused.slice(0, 3) }).toEqual({ refused: 0, first: [] });
  }, 60_000);
}

/** A freshness that a region cannot reach is said so, in bounded time, with how far it is. */
export function unreachableFreshnessSuite(fixture: () => Fixture): void {
  describe('freshness out of reach', () => {
    test('an index that no region has reached is 503 after the wait, with Retry-After and how far the region is', async () => {
      const { us, all } = fixture();
      const [, region, incarnation, index] = parts(freshnessOf(await us.list()));
      const ahead = `${region}:${incarnation}:${Number(index) + 1_000_000}`;
      for (const api of all) {
        for (const ask of [api.list({ wait: '300ms' }, { headers: notOlderThan(ahead) }), api.self({ wait: '300ms' }, { headers: notOlderThan(ahead) })]) {
          expectBehind(await ask, 250);
        }
      }
    });

    test('the region\'s own index in the future is 503 too', async () => {
      for (const api of fixture().all) {
        const [, region, incarnation, index] = parts(freshnessOf(await api.list()));
        expectBehind(await api.list({ wait: '200ms' }, { headers: notOlderThan(`${region}:${incarnation}:${Number(index) + 1_000_000}`) }), 150);
      }
    });

    test('an answer\'s own freshness is always reached in its region', async () => {
      for (const api of fixture().all) {
        const headers = notOlderThan(freshnessOf(await api.list()));
        const reply = await api.list({}, { headers });
        expectJson<StubJson[]>(reply);
        expect(reply.elapsed).toBeLessThan(1_500);
      }
    });

    test('a freshness that is malformed is 400 and names its form', async () => {
      for (const api of fixture().all) {
        for (const text of ['x', 'us-east', 'us-east:abc', 'us-east:abc:-1', 'us-east:abc:1.5', '::', 'us-east:abc:99999999999999999999', 'US:abc:1', randomUUID()]) {
          expectRefusal(await api.list({}, { headers: notOlderThan(text) }), 400, /freshness/i);
        }
      }
    });

    test('a freshness that the region can know nothing of is never taken for reached', async () => {
      const { us, eu, ap } = fixture();
      const local = (await eu.mint()).freshness;
      const [, region, , index] = parts(freshnessOf(await us.list()));
      for (const text of ['nowhere:AAAAAAAAAAAAAAAAAAAAAA:1', `${region}:AAAAAAAAAAAAAAAAAAAAAA:${index}`]) {
        for (const api of [us, eu]) expectUnknowable(await api.list({ wait: '200ms' }, { headers: notOlderThan(text) }));
      }
      for (const api of [us, ap]) expectUnknowable(await api.list({ wait: '200ms' }, { headers: notOlderThan(local) }));
    });
  });
}

function expectBehind(reply: Reply, atLeast: number): void {
  expectRefusal(reply, 503, /\d/);
  expect(reply.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  expect(reply.elapsed).toBeGreaterThanOrEqual(atLeast);
  expect(reply.elapsed).toBeLessThan(3_000);
}

function expectUnknowable(reply: Reply): void {
  expect([400, 409, 412, 503]).toContain(reply.status);
  expectRefusal(reply, reply.status, /freshness|region|incarnation|index/i);
  expect(reply.elapsed).toBeLessThan(3_000);
}

function parts(freshness: string): RegExpExecArray {
  const match = /^([a-z0-9-]+):([A-Za-z0-9_-]+):(\d+)$/.exec(freshness);
  if (match === null) throw new Error(`no freshness: ${freshness}`);
  return match;
}
