import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { indexOf, named, type StubJson } from '../support/acl.ts';
import { expectDenied, expectJson, expectReadHeaders } from '../support/expect.ts';
import { type Fixture, quietIndex } from '../support/fixture.ts';
import { until } from '../support/until.ts';

/** NO-08 to NO-13. */
export function listSuite(fixture: () => Fixture): void {
  describe('list', () => {
    test('NO-08 a list holds the region\'s own local tokens and the replicated global ones, and no other region\'s local ones', async () => {
      const { us, eu } = fixture();
      const local = await eu.mint({ Global: false });
      const global = await us.mint({ Global: true });
      await until('the global token is listed in eu', async () => (await eu.accessors()).includes(global.AccessorID));
      expect(await eu.accessors()).toContain(local.AccessorID);
      expect(await us.accessors()).toContain(global.AccessorID);
      expect(await us.accessors()).not.toContain(local.AccessorID);
    });

    test('NO-09 a global token created in the authority appears in the lists of the other regions', async () => {
      const { us, eu, ap } = fixture();
      const global = await us.mint({ Global: true });
      for (const api of [eu, ap]) await until(`listed in ${api.region.name}`, async () => (await api.accessors()).includes(global.AccessorID));
    });

    test('NO-10 a blocked list answers when a token changes, with a greater index', async () => {
      const { us } = fixture();
      const index = await quietIndex(us);
      const blocked = us.list({ index, wait: '10s' });
      const made = await us.mint();
      const reply = await blocked;
      expect(expectJson<StubJson[]>(reply).map((stub) => stub.AccessorID)).toContain(made.AccessorID);
      expect(indexOf(reply)).toBe(made.ModifyIndex);
      expect(reply.elapsed).toBeLessThan(5_000);
    });

    test('NO-10 a blocked list without a change answers after its wait with the same index', async () => {
      const { us } = fixture();
      const index = await quietIndex(us);
      const reply = await us.list({ index, wait: '400ms' });
      expectReadHeaders(reply);
      expect(indexOf(reply)).toBe(index);
      expect(reply.elapsed).toBeGreaterThanOrEqual(395);
      expect(reply.elapsed).toBeLessThan(2_000);
    });

    test('NO-11 a list answers in every consistency mode', async () => {
      for (const query of [{}, { consistent: '' }, { stale: '' }, { stale: 'true' }]) {
        for (const api of fixture().all) expectReadHeaders(await api.list(query));
      }
    });
    membersAndRights(fixture);
  });
}

function membersAndRights(fixture: () => Fixture): void {
  test('NO-12 a list needs a management token', async () => {
    const { us } = fixture();
    const client = await us.mint();
    expectDenied(await us.as(undefined).list());
    expectDenied(await us.as(client.SecretID).list());
    expectDenied(await us.as(randomUUID()).list());
    expectJson(await us.list());
  });

  test('NO-13 a list shows no secret, and null policies of management tokens', async () => {
    const { us } = fixture();
    const name = named('manager');
    const manager = await us.mint({ Name: name, Type: 'management' });
    const client = await us.mint({ Policies: ['a', 'b'] });
    const reply = await us.list();
    const stubs = expectJson<StubJson[]>(reply);
    expect(stubs.filter((stub) => Object.keys(stub).some((key) => /secret/i.test(key)))).toEqual([]);
    for (const secret of [manager.SecretID, client.SecretID]) expect(reply.text).not.toContain(secret);
    const { SecretID: _secret, ExpirationTTL: _ttl, freshness: _freshness, index: _index, ...stub } = manager;
    expect(stubs.find((each) => each.AccessorID === manager.AccessorID)).toEqual({ ...stub, Policies: null });
    expect(stubs.find((each) => each.AccessorID === client.AccessorID)?.Policies).toEqual(['a', 'b']);
  });
}
