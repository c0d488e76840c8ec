import { describe, expect, test } from 'vitest';
import { type AclApi, freshnessOf, indexOf, named, notOlderThan, type StubJson } from '../../scenarios/support/acl.ts';
import { expectDenied, expectEmpty, expectJson, expectRefusal } from '../../scenarios/support/expect.ts';
import type { Fixture } from '../../scenarios/support/fixture.ts';
import { until } from '../../scenarios/support/until.ts';

/** Everything is back after all services were killed, whether a process or three (P1, P2, P3). */
export function restartSuite(fixture: () => Fixture): void {
  describe('restart', () => {
    test('after kill -9 of the services the same tokens, indexes and freshness are back, and what was deleted stays deleted', async () => {
      const { us, eu, all } = fixture();
      const [live, gone, local] = [await us.mint({ Global: true }), await us.mint({ Global: true }), await eu.mint()];
      expectEmpty(await eu.delete(gone.AccessorID));
      const { AccessorID } = live;
      const renamed = await us.update(AccessorID, { AccessorID, Name: named('last'), Type: 'client', Policies: ['z'] });
      const freshness = freshnessOf(renamed);
      for (const api of all) expectJson<StubJson[]>(await api.list({}, { headers: notOlderThan(freshness) }));
      const before = await Promise.all(all.map(listed));
      await restart(fixture());
      expect(await Promise.all(all.map(listed))).toEqual(before);
      for (const api of all) {
        expect(expectJson(await api.read(AccessorID, {}, { headers: notOlderThan(freshness) })).Name).toBe(expectJson(renamed).Name);
        expectJson(await api.as(live.SecretID).self());
        expectDenied(await api.as(gone.SecretID).self());
      }
      expectJson(await eu.as(local.SecretID).self());
      expectDenied(await us.as(local.SecretID).self());
      expectRefusal(await us.bootstrap(), 400, /^(ACL bootstrap already done|Invalid bootstrap reset index) \(/);
      for (const [at, api] of all.entries()) expect((await api.mint()).ModifyIndex).toBeGreaterThan(before[at]?.index ?? 0);
    }, 90_000);
  });
}

async function restart({ cluster, all }: Fixture): Promise<void> {
  const parts = cluster.mode === 'embedded' ? [cluster.regions[0].part('validator')] : cluster.regions.flatMap((region) => (['validator', 'issuer', 'replicator'] as const).map((name) => region.part(name)));
  for (const part of parts) await part.kill();
  await Promise.all(parts.map((part) => part.restart()));
  for (const api of all) await until(`${api.region.name} is ready`, async () => (await api.call('GET', '/readyz')).status === 200, { within: 30_000 });
}

async function listed(api: AclApi): Promise<{ readonly index: number; readonly tokens: StubJson[] }> {
  const reply = await api.list();
  return { index: indexOf(reply), tokens: expectJson<StubJson[]>(reply) };
}
