import { describe, expect, test } from 'vitest';
import { type AclApi, indexOf, type Minted, named } from '../support/acl.ts';
import { expectDenied, expectJson, expectRefusal } from '../support/expect.ts';
import { type Fixture, others, quietIndex } from '../support/fixture.ts';
import { filesBelow } from '../support/canary.ts';
import { json } from '../support/http.ts';

const CLIENT = { Type: 'client', Policies: ['readonly'] };

/** P5: a local token never leaves its region and cannot act on global records. */
export function localitySuite(fixture: () => Fixture): void {
  describe.each(['us', 'eu', 'ap'] as const)('P5 a local token of %s', (where) => {
    const home = (): AclApi => fixture()[where];
    const away = (): AclApi[] => others(fixture(), home());

    test('is in no other region: not read, not listed, not accepted', async () => {
      const { AccessorID, SecretID, Name } = await home().mint();
      await beat(fixture());
      for (const api of away()) {
        expectRefusal(await api.read(AccessorID), 404, 'ACL token not found');
        for (const query of [{}, { stale: '' }, { prefix: AccessorID }, { filter: `Name == "${Name}"` }]) expect((await api.list(query)).text).not.toContain(AccessorID);
        expectDenied(await api.as(SecretID).self());
        expectDenied(await api.as(SecretID).read(AccessorID));
        expectDenied(await api.as(SecretID).oneTime());
        expect(json<{ verdict: string }>(await api.send('POST', '/v1/validate', { body: { credential: { dialect: 'acl', value: SecretID } } })).verdict).toBe('deny');
      }
    });

    test.each(['update', 'delete'] as const)('is out of reach of a global management token\'s %s in another region', async (verb) => {
      const { AccessorID, SecretID, Name } = await home().mint();
      for (const api of away()) {
        const reply = await (verb === 'update' ? api.update(AccessorID, { AccessorID, ...CLIENT }) : api.delete(AccessorID));
        expectRefusal(reply, 400, verb === 'update' ? `cannot find token ${AccessorID}` : `Cannot delete nonexistent tokens: ${AccessorID}`);
      }
      expect((await home().look(AccessorID)).Name).toBe(Name);
      expectJson(await home().as(SecretID).self());
    });

    test('with management manages its own region only, and no global record', async () => {
      const local = await home().mint({ Type: 'management' });
      const global = await fixture().us.mint({ Global: true });
      await beat(fixture());
      const mine = home().as(local.SecretID);
      expectJson(await mine.list());
      expectJson(await mine.create(CLIENT));
      for (const api of away()) expectDenied(await api.as(local.SecretID).list());
      if (where === 'us') return;
      expectDenied(await mine.create({ ...CLIENT, Global: true }));
      expectDenied(await mine.update(global.AccessorID, { AccessorID: global.AccessorID, ...CLIENT }));
      expectDenied(await mine.update(global.AccessorID, { AccessorID: global.AccessorID, ...CLIENT, Global: true }));
      expectDenied(await mine.delete(global.AccessorID));
      expect((await fixture().us.look(global.AccessorID)).ModifyIndex).toBe(global.ModifyIndex);
    });

    test('moves no other region\'s index by its create, update or delete', async () => {
      const before = await Promise.all(away().map(quietIndex));
      const { AccessorID } = await home().mint();
      await home().update(AccessorID, { AccessorID, ...CLIENT, Name: named('x') });
      await home().delete(AccessorID);
      expect(await Promise.all(away().map(quietIndex))).toEqual(before);
    });
  });

  test('P5 a local token\'s name is in no byte of another region\'s stores', async () => {
    const { cluster, eu } = fixture();
    const { Name } = await eu.mint();
    await beat(fixture());
    await cluster.settle();
    const foreign = cluster.regions.map(({ name }) => name).filter((name) => name !== eu.region.name);
    const holding = [...filesBelow(cluster.folders)].filter(({ path, bytes }) => foreign.some((name) => path.includes(name)) && bytes.includes(Name));
    expect(holding.map(({ path }) => path)).toEqual([]);
  });
}

/** Lets a global write made now arrive in every region: whatever was to travel before it has travelled. */
async function beat({ us, all }: Fixture): Promise<Minted> {
  const mark = await us.mint({ Global: true });
  for (const api of all) expect(indexOf(await api.read(mark.AccessorID, {}, { headers: { 'X-Mintmark-Freshness': mark.freshness } }))).toBeGreaterThan(0);
  return mark;
}
