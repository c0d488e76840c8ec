import { describe, expect, test } from 'vitest';
import { type AclApi, indexOf, named, type TokenJson } from '../support/acl.ts';
import { expectJson } from '../support/expect.ts';
import { type Fixture, quietIndex } from '../support/fixture.ts';
import { until } from '../support/until.ts';

/** Updates and deletes reach every region, and indexes are each region's own (specs 9.6, P3). */
export function propagationSuite(fixture: () => Fixture): void {
  describe('propagation', () => {
    test.each(['us', 'eu', 'ap'] as const)('a create, an update and a delete in %s each reach every region', async (where) => {
      const { all } = fixture();
      const api = fixture()[where];
      const { AccessorID } = await api.mint({ Global: true });
      const update = { AccessorID, Name: named('updated'), Type: 'client', Policies: ['one', 'two'] };
      const changed = expectJson(await api.update(AccessorID, update));
      for (const each of all) {
        const there = await until(`the update in ${each.region.name}`, async () => {
          const token = await each.look(AccessorID);
          return token.Name === update.Name && token;
        });
        expect(copied(there)).toEqual(copied(changed));
        expect(there.CreateIndex).toBeLessThan(there.ModifyIndex);
      }
      expect((await api.delete(AccessorID)).status).toBe(200);
      for (const each of all) await until(`the delete in ${each.region.name}`, async () => (await each.read(AccessorID)).status === 404);
    });

    test('updates of one token from all regions at once converge to one state everywhere', async () => {
      const { us, all } = fixture();
      const { AccessorID } = await us.mint({ Global: true });
      const replies = await Promise.all(Array.from({ length: 30 }, (_, at) => {
        const api = all[at % all.length] as AclApi;
        return api.update(AccessorID, { AccessorID, Name: `round-${at}`, Type: 'client', Policies: ['a'] });
      }));
      const accepted = replies.filter(({ status }) => status === 200).map((reply) => expectJson(reply));
      expect(accepted.length).toBeGreaterThan(0);
      for (const reply of replies) expect([200, 409, 503]).toContain(reply.status);
      const indexes = accepted.map(({ ModifyIndex }) => ModifyIndex);
      expect(new Set(indexes).size).toBe(indexes.length);
      const last = accepted.find(({ ModifyIndex }) => ModifyIndex === Math.max(...indexes));
      for (const api of all) await until(`the last update in ${api.region.name}`, async () => (await api.look(AccessorID)).Name === last?.Name);
    });

    test('300 creates in 3 regions at once all reach all regions', async () => {
      const { all } = fixture();
      const name = named('burst');
      const made = await Promise.all(Array.from({ length: 300 }, (_, at) => (all[at % 3] as AclApi).mint({ Global: true, Name: name })));
      const wanted = made.map(({ AccessorID }) => AccessorID).sort();
      for (const api of all) {
        await until(`all in ${api.region.name}`, async () => {
          const stubs = expectJson<TokenJson[]>(await api.list({ filter: `Name == "${name}"` }));
          return JSON.stringify(stubs.map((stub) => stub.AccessorID).sort()) === JSON.stringify(wanted);
        });
      }
    });
    indexes(fixture);
  });
}

function indexes(fixture: () => Fixture): void {
  test('P3 a region\'s local writes move its own index and no other\'s', async () => {
    const { us, eu, ap } = fixture();
    const before = { us: await quietIndex(us), eu: await quietIndex(eu), ap: await quietIndex(ap) };
    for (let at = 0; at < 5; at += 1) await eu.mint();
    expect(indexOf(await eu.list())).toBeGreaterThanOrEqual(before.eu + 5);
    expect({ us: await quietIndex(us), ap: await quietIndex(ap) }).toEqual({ us: before.us, ap: before.ap });
  });

  test('P3 a replicated token gets indexes of each region\'s own log, above what that region had', async () => {
    const { us, all } = fixture();
    const before = await Promise.all(all.map(quietIndex));
    const made = await us.mint({ Global: true });
    for (const [at, api] of all.entries()) {
      const there = await until(`replicated to ${api.region.name}`, async () => {
        const reply = await api.read(made.AccessorID);
        return reply.status === 200 ? expectJson(reply) : undefined;
      });
      expect(there.CreateIndex).toBeGreaterThan(before[at] ?? 0);
      expect(there.ModifyIndex).toBe(there.CreateIndex);
      expect(await quietIndex(api)).toBe(there.ModifyIndex);
    }
  });

  test('P3 no index of a region is below an earlier one while 100 writes pass', async () => {
    const { us, eu, all } = fixture();
    let writing = true;
    const watched = all.map(async (api) => {
      let [last, looks] = [0, 0];
      while (writing) {
        const index = indexOf(await api.list({ per_page: 1 }));
        expect(index).toBeGreaterThanOrEqual(last);
        [last, looks] = [index, looks + 1];
      }
      return looks;
    });
    for (let at = 0; at < 50; at += 1) await Promise.all([us.mint({ Global: true }), eu.mint()]);
    writing = false;
    for (const looks of await Promise.all(watched)) expect(looks).toBeGreaterThan(3);
  });
}

/** What a region's copy has in common with the authority's: everything but the indexes. */
function copied(token: TokenJson): object {
  const { CreateIndex: _c, ModifyIndex: _m, ...rest } = token;
  return rest;
}
