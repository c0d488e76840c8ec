import { describe, expect, test } from 'vitest';
import type { AclApi, Minted } from '../support/acl.ts';
import { expectDenied, expectJson } from '../support/expect.ts';
import { type Fixture, others } from '../support/fixture.ts';
import { until } from '../support/until.ts';

const ROUNDS = 25;

/** P2 and P7: what a delete promises to those who validate. */
export function revocationSuite(fixture: () => Fixture): void {
  describe('P7 revocation', () => {
    test.each(['us', 'eu', 'ap'] as const)('a local token is refused in %s at once after its delete has returned', async (where) => {
      const api = fixture()[where];
      for (let round = 0; round < ROUNDS; round += 1) {
        const token = await warmed([api], await api.mint());
        expect((await api.delete(token.AccessorID)).status).toBe(200);
        expectDenied(await api.as(token.SecretID).self());
      }
    });

    test.each(['us', 'eu', 'ap'] as const)('a global token deleted in %s is refused there and in the authority at once, elsewhere within a second', async (where) => {
      const { us, all } = fixture();
      const api = fixture()[where];
      for (let round = 0; round < ROUNDS; round += 1) {
        const token = await warmed(all, await us.mint({ Global: true }));
        expect((await api.delete(token.AccessorID)).status).toBe(200);
        const at = performance.now();
        await Promise.all([api, us].map(async (each) => expectDenied(await each.as(token.SecretID).self())));
        for (const other of others(fixture(), api)) {
          await until(`refused in ${other.region.name}`, async () => (await other.as(token.SecretID).self()).status === 403, { within: 1_000, every: 5 });
        }
        expect(performance.now() - at).toBeLessThan(1_000);
      }
    });

    test('P2 a region that has refused a deleted token never accepts it again', async () => {
      const { us, all } = fixture();
      const token = await warmed(all, await us.mint({ Global: true }));
      await us.delete(token.AccessorID);
      const refused = new Map<string, number>();
      for (let look = 0; look < 60; look += 1) {
        for (const api of all) {
          const { status } = await api.as(token.SecretID).self();
          if (status === 403) refused.set(api.region.name, look);
          else expect({ region: api.region.name, accepted: refused.has(api.region.name) }).toEqual({ region: api.region.name, accepted: false });
        }
        await us.mint({ Global: true });
      }
      expect(refused.size).toBe(3);
    });

    test('an update that takes management away is felt in every region within a second', async () => {
      const { us, all } = fixture();
      const token = await us.mint({ Global: true, Type: 'management' });
      for (const api of all) expectJson(await api.as(token.SecretID).list());
      expectJson(await us.update(token.AccessorID, { AccessorID: token.AccessorID, Type: 'client', Policies: ['a'] }));
      expectDenied(await us.as(token.SecretID).list());
      for (const api of all) await until(`refused in ${api.region.name}`, async () => (await api.as(token.SecretID).list()).status === 403, { within: 1_000, every: 5 });
    });

    test('an expiry is felt in every region from the second on that it names', async () => {
      const { us, all } = fixture();
      const created = Date.now() - 59_000;
      const token = await us.mint({ Global: true, AccessorID: crypto.randomUUID(), SecretID: crypto.randomUUID(), CreateTime: new Date(created).toISOString(), ExpirationTTL: '1m' });
      await Promise.all(all.map(async (api) => {
        await until(`expired in ${api.region.name}`, async () => {
          const sent = Date.now();
          const reply = await api.as(token.SecretID).self();
          if (reply.status === 200) expect(sent).toBeLessThan(created + 60_000 + 50);
          return reply.status === 403 && reply.text === 'ACL token expired';
        }, { within: 4_000 });
        expectDenied(await api.as(token.SecretID).list());
      }));
    });
  });
}

/** Uses the token once in each region, so that every cache holds it. */
async function warmed(apis: readonly AclApi[], token: Minted): Promise<Minted> {
  for (const api of apis) expectJson(await api.as(token.SecretID).self());
  return token;
}
