import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AclApi, indexOf, type Minted, named, type StubJson } from '../../scenarios/support/acl.ts';
import { expectEmpty, expectJson, expectRefusal } from '../../scenarios/support/expect.ts';
import type { Fixture } from '../../scenarios/support/fixture.ts';
import type { Reply } from '../../scenarios/support/http.ts';
import { stillOpen, until } from '../../scenarios/support/until.ts';

const CLIENT = { Type: 'client', Policies: ['readonly'] };
/** A global write during an outage must be answered within this: milliseconds. */
const BOUND = 15_000;

/** Authority down and back (specs 5.4, 9.6): the other regions go on by themselves and everything converges after. */
export function authoritySuite(fixture: () => Fixture): void {
  describe('authority down', () => {
    let known: Minted;
    beforeAll(async () => {
      const { us, eu, ap } = fixture();
      known = await us.mint({ Global: true });
      for (const api of [eu, ap]) await until(`known in ${api.region.name}`, async () => (await api.read(known.AccessorID)).status === 200);
      await us.region.stop();
    }, 60_000);

    test('reads and validation of what was replicated go on', async () => {
      const { eu, ap } = fixture();
      for (const api of [eu, ap]) {
        expect(expectJson(await api.read(known.AccessorID)).SecretID).toBe(known.SecretID);
        expect(expectJson(await api.as(known.SecretID).self()).AccessorID).toBe(known.AccessorID);
        expect(await api.accessors()).toContain(known.AccessorID);
        expectJson(await api.self());
      }
    });

    test('local tokens are created, used, changed and deleted', async () => {
      for (const api of [fixture().eu, fixture().ap]) {
        const { AccessorID, SecretID } = await api.mint();
        expectJson(await api.as(SecretID).self());
        const Name = named('local');
        expect(expectJson(await api.update(AccessorID, { AccessorID, Name, ...CLIENT })).Name).toBe(Name);
        expectEmpty(await api.delete(AccessorID));
        expect([403, 503]).toContain((await api.as(SecretID).self()).status);
      }
    });

    test('global writes and the bootstrap get a clear 503 in bounded time and change nothing', async () => {
      for (const api of [fixture().eu, fixture().ap]) {
        const { AccessorID } = known;
        const replies = await Promise.all([
          api.create({ ...CLIENT, Global: true }, { within: 30_000 }),
          api.update(AccessorID, { AccessorID, ...CLIENT, Name: 'never' }, { within: 30_000 }),
          api.delete(AccessorID, { within: 30_000 }),
          api.bootstrap(),
        ]);
        for (const reply of replies) {
          expectUnavailable(reply);
          expect(reply.status).toBe(503);
        }
        expect((await api.look(AccessorID)).Name).toBe(known.Name);
      }
    });

    test('an unknown secret is answered in bounded time and never accepted', async () => {
      for (const api of [fixture().eu, fixture().ap]) {
        const reply = await api.as(crypto.randomUUID()).self();
        expect([403, 503]).toContain(reply.status);
        expect(reply.elapsed).toBeLessThan(5_000);
      }
    });

    test('a blocked query of another region is still woken by a local change', async () => {
      const { eu } = fixture();
      const blocked = eu.list({ index: indexOf(await eu.list()), wait: '10s' });
      const made = await eu.mint();
      expect(expectJson<StubJson[]>(await blocked).map((stub) => stub.AccessorID)).toContain(made.AccessorID);
    });
    back(fixture, () => known);
  });
}

function back(fixture: () => Fixture, known: () => Minted): void {
  describe('and back', () => {
    let local: Minted;
    let before: number[];
    beforeAll(async () => {
      const { us, all, eu } = fixture();
      local = await eu.mint();
      before = await Promise.all([eu, fixture().ap].map(async (api) => indexOf(await api.list())));
      await us.region.start();
      for (const api of all) await until(`${api.region.name} is ready`, async () => (await api.call('GET', '/readyz')).status === 200, { within: 30_000 });
    }, 90_000);

    test('global writes work again from every region and reach every region', async () => {
      const { all } = fixture();
      for (const api of all) {
        const made = await until(`a global write in ${api.region.name}`, async () => expectJson(await api.create({ Name: named('back'), ...CLIENT, Global: true })), { within: 20_000 });
        for (const other of all) await until(`in ${other.region.name}`, async () => (await other.accessors()).includes(made.AccessorID), { within: 20_000 });
      }
    });

    test('what was before is still there, in every region, and no index has gone back', async () => {
      const { us, eu, ap, all } = fixture();
      for (const api of all) expect((await api.look(known().AccessorID)).Name).toBe(known().Name);
      expectJson(await eu.as(local.SecretID).self());
      expect((await us.read(local.AccessorID)).status).toBe(404);
      for (const [at, api] of [eu, ap].entries()) expect(indexOf(await api.list())).toBeGreaterThanOrEqual(before[at] ?? 0);
    });

    test('a delete is felt everywhere again within a second', async () => {
      const { us, all } = fixture();
      expectEmpty(await us.delete(known().AccessorID));
      for (const api of all) await until(`refused in ${api.region.name}`, async () => (await api.as(known().SecretID).self()).status === 403, { within: 1_000, every: 5 });
    });
  });
}

/** Grey failure: the authority's issuer stands still with open sockets. */
export function frozenAuthoritySuite(fixture: () => Fixture): void {
  describe('authority\'s issuer frozen, its sockets open', () => {
    let pending: Promise<Reply>;
    const name = named('frozen');
    beforeAll(async () => {
      const { us, eu } = fixture();
      await us.region.part('issuer').freeze();
      pending = eu.create({ Name: name, ...CLIENT, Global: true }, { within: 60_000 });
    });
    afterAll(() => fixture().us.region.part('issuer').thaw());

    test('reads and local writes go on in every region but the frozen writer\'s own', async () => {
      const { us, eu, ap } = fixture();
      for (const api of [us, eu, ap]) expectJson(await api.self());
      for (const api of [eu, ap]) expectJson(await api.as((await api.mint()).SecretID).self());
    });

    test('a global write is answered in bounded time: 503 where nothing was written, 504 where its outcome is unknown', async () => {
      const reply = await pending;
      expectUnavailable(reply);
    });

    test('after the thaw writes work, and the write in doubt either happened everywhere or nowhere', async () => {
      const { us, eu, all } = fixture();
      await us.region.part('issuer').thaw();
      const mark = await until('a global write', async () => eu.mint({ Global: true }), { within: 20_000 });
      const counts = await Promise.all(all.map(async (api) => stubsNamed(api, name, mark.freshness)));
      expect(new Set(counts).size).toBe(1);
      expect(counts[0]).toBeLessThanOrEqual(1);
      expect(await stillOpen(pending, 0)).toBe(false);
    });
  });
}

async function stubsNamed(api: AclApi, name: string, freshness: string): Promise<number> {
  return expectJson<StubJson[]>(await api.list({ filter: `Name == "${name}"` }, { headers: { 'X-Mintmark-Freshness': freshness } })).length;
}

function expectUnavailable(reply: Reply): void {
  if (reply.status === 504) expectRefusal(reply, 504, /outcome unknown/);
  else expectRefusal(reply, 503, /.{10,}/);
  expect(reply.elapsed).toBeLessThan(BOUND);
  expect(reply.text).not.toMatch(/ECONN|Error:|node_modules|\bat /);
}
