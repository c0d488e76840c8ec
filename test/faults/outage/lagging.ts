import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshnessOf, indexOf, type Minted, named, notOlderThan, type StubJson, succeeded } from '../../scenarios/support/acl.ts';
import { expectDenied, expectJson, expectRefusal } from '../../scenarios/support/expect.ts';
import type { Fixture } from '../../scenarios/support/fixture.ts';
import { until } from '../../scenarios/support/until.ts';

/** A region whose replicator stands still: it says how far it is, and catches up. */
export function laggingSuite(fixture: () => Fixture): void {
  describe.each(['freeze', 'kill'] as const)('lagging region, replicator: %s', (how) => {
    let known: Minted;
    let revoked: Minted;
    let freshness = '';
    let made: Minted;
    let index = 0;
    beforeAll(async () => {
      const { us, ap } = fixture();
      [known, revoked] = [await us.mint({ Global: true }), await us.mint({ Global: true })];
      for (const token of [known, revoked]) await until('known in ap', async () => (await ap.read(token.AccessorID)).status === 200);
      await ap.region.part('replicator')[how]();
      const { AccessorID } = known;
      succeeded(await us.update(AccessorID, { AccessorID, Name: named('newer'), Type: 'client', Policies: ['a'] }), 'update');
      made = await us.mint({ Global: true });
      freshness = freshnessOf(succeeded(await us.delete(revoked.AccessorID), 'delete'));
      index = indexOf(await ap.list());
    }, 30_000);
    afterAll(() => fixture().ap.region.part('replicator')[how === 'freeze' ? 'thaw' : 'restart']());

    test('a read that demands what the region lacks is 503 after its wait, with Retry-After and how far it is', async () => {
      const { ap } = fixture();
      for (const reply of [await ap.read(known.AccessorID, { wait: '400ms' }, { headers: notOlderThan(freshness) }), await ap.list({ wait: '400ms' }, { headers: notOlderThan(freshness) })]) {
        expectRefusal(reply, 503, new RegExp(`\\b${freshness.split(':')[2]}\\b`));
        expect(reply.headers['retry-after']).toMatch(/^[1-9]\d*$/);
        expect(reply.elapsed).toBeGreaterThanOrEqual(395);
        expect(reply.elapsed).toBeLessThan(4_000);
      }
    });

    test('a read without a demand answers with what the region has, and says how long it has heard nothing', async () => {
      const { ap } = fixture();
      const contact = await until('the silence is stated', async () => {
        const reply = await ap.read(known.AccessorID);
        expect(expectJson(reply).Name).toBe(known.Name);
        const silent = Number(reply.headers['x-nomad-lastcontact']);
        return silent > 300 && silent;
      });
      expect(contact).toBeLessThan(600_000);
    });

    test('P6 a token minted meanwhile is accepted at its first use', async () => {
      const { ap } = fixture();
      const reply = await ap.as(made.SecretID).send('POST', '/v1/validate', { body: {} });
      expect(expectJson<object>(reply)).toMatchObject({ verdict: 'allow', principal: { subject: `token:${made.AccessorID}` } });
    });

    test('the other regions are not held up', async () => {
      const { eu } = fixture();
      expectDenied(await eu.as(revoked.SecretID).self({}, { headers: notOlderThan(freshness) }));
    });

    test('once the replicator runs again the region catches up, and its index has not gone back', async () => {
      const { ap } = fixture();
      await ap.region.part('replicator')[how === 'freeze' ? 'thaw' : 'restart']();
      const list = await until('caught up', async () => {
        const reply = await ap.list({ wait: '5s' }, { headers: notOlderThan(freshness) });
        return reply.status === 200 && reply;
      }, { within: 20_000 });
      expect(indexOf(list)).toBeGreaterThanOrEqual(index);
      const accessors = expectJson<StubJson[]>(list).map((stub) => stub.AccessorID);
      expect(accessors).toContain(made.AccessorID);
      expect(accessors).not.toContain(revoked.AccessorID);
      expect((await ap.look(known.AccessorID)).Name).not.toBe(known.Name);
      expectDenied(await ap.as(revoked.SecretID).self());
      await until('ready', async () => (await ap.call('GET', '/readyz')).status === 200);
    });
  });
}
