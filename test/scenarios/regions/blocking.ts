import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type AclApi, freshnessOf, indexOf, named, notOlderThan, type StubJson, succeeded } from '../support/acl.ts';
import { expectDenied, expectJson, expectReadHeaders, expectRefusal } from '../support/expect.ts';
import { type Fixture, quietIndex } from '../support/fixture.ts';
import { stillOpen } from '../support/until.ts';

const CLIENT = { Type: 'client', Policies: ['readonly'] };

/** P4: a blocked query wakes for what it covers, with the right index, and for nothing else (specs section 3). */
export function blockingSuite(fixture: () => Fixture): void {
  describe.each([['us', 'local'], ['us', 'global'], ['eu', 'local'], ['eu', 'global']] as const)('P4 blocked queries in %s, a %s token changed in its region', (where, scope) => {
    const api = (): AclApi => fixture()[where];
    const Global = scope === 'global';

    test('a list wakes for a create, an update and a delete, each with the region\'s new table index', async () => {
      const created = await whileBlocked(api(), async () => (await origin(fixture(), where, Global).mint({ Global })).AccessorID);
      expect(created.listed).toContain(created.result);
      expect(created.index).toBe((await api().look(created.result)).ModifyIndex);
      const AccessorID = created.result;
      const updated = await whileBlocked(api(), () => origin(fixture(), where, Global).update(AccessorID, { AccessorID, ...CLIENT, Name: named('x') }));
      expect(updated.index).toBe((await api().look(AccessorID)).ModifyIndex);
      const deleted = await whileBlocked(api(), () => origin(fixture(), where, Global).delete(AccessorID));
      expect(deleted.listed).not.toContain(AccessorID);
      expect(deleted.index).toBeGreaterThan(updated.index);
      expect(deleted.index).toBe(await quietIndex(api()));
    });

    test('a read wakes for an update with its index and for a delete with 404 and the table index', async () => {
      const from = origin(fixture(), where, Global);
      const made = await from.mint({ Global });
      const { AccessorID, ModifyIndex } = expectJson(await api().read(made.AccessorID, {}, { headers: notOlderThan(made.freshness) }));
      const update = api().read(AccessorID, { index: ModifyIndex, wait: '10s' });
      const Name = named('x');
      succeeded(await from.update(AccessorID, { AccessorID, ...CLIENT, Name }), 'update');
      const updated = await update;
      expect(expectJson(updated)).toMatchObject({ Name, ModifyIndex: indexOf(updated) });
      expect(indexOf(updated)).toBeGreaterThan(ModifyIndex);
      const gone = api().read(AccessorID, { index: indexOf(updated), wait: '10s' });
      succeeded(await from.delete(AccessorID), 'delete');
      const deleted = await gone;
      expectRefusal(deleted, 404, 'ACL token not found');
      expectReadHeaders(deleted);
      expect(indexOf(deleted)).toBe(await quietIndex(api()));
      expect(Math.max(updated.elapsed, deleted.elapsed)).toBeLessThan(5_000);
    });
  });
  coverage(fixture);
  following(fixture);
}

function coverage(fixture: () => Fixture): void {
  test('P4 a read does not wake for another token, a prefix list not for an accessor outside it', async () => {
    const { us } = fixture();
    const [own, other] = [await us.mint(), await us.mint()];
    const prefix = own.AccessorID.slice(0, 8);
    const read = us.read(own.AccessorID, { index: own.ModifyIndex, wait: '10s' });
    const self = us.as(own.SecretID).self({ index: own.ModifyIndex, wait: '10s' });
    const list = us.list({ prefix, index: await quietIndex(us), wait: '10s' });
    await us.update(other.AccessorID, { AccessorID: other.AccessorID, ...CLIENT, Name: named('x') });
    await us.mint();
    await us.delete(other.AccessorID);
    expect(await Promise.all([read, self, list].map((each) => stillOpen(each, 300)))).toEqual([true, true, true]);
    const changed = expectJson(await us.update(own.AccessorID, { AccessorID: own.AccessorID, ...CLIENT, Name: named('x') }));
    expect((await Promise.all([read, self, list])).map(indexOf)).toEqual([changed.ModifyIndex, changed.ModifyIndex, changed.ModifyIndex]);
  });

  test('P4 a list with global=true does not wake for a local token', async () => {
    const { us } = fixture();
    const blocked = us.list({ global: 'true', index: await quietIndex(us), wait: '10s' });
    await us.mint();
    expect(await stillOpen(blocked, 300)).toBe(true);
    const made = await us.mint({ Global: true });
    expect(expectJson<StubJson[]>(await blocked).map((stub) => stub.AccessorID)).toContain(made.AccessorID);
  });

  test('a read of an accessor that does not exist yet wakes at its creation', async () => {
    const { us } = fixture();
    const AccessorID = randomUUID();
    const blocked = us.read(AccessorID, { index: await quietIndex(us), wait: '10s' });
    expect(await stillOpen(blocked, 100)).toBe(true);
    const made = await us.mint({ AccessorID, SecretID: randomUUID() });
    expect(expectJson(await blocked).ModifyIndex).toBe(made.ModifyIndex);
  });
}

function following(fixture: () => Fixture): void {
  test.each(['us', 'eu'] as const)('P4 a follower in %s that goes from index to index misses none of 100 changes', async (where) => {
    const { us } = fixture();
    const api = fixture()[where];
    const name = named('followed');
    let index = await quietIndex(api);
    const wanted = new Set<string>();
    const writing = (async () => {
      for (let at = 0; at < 100; at += 1) wanted.add((await us.mint({ Name: name, Global: true })).AccessorID);
    })();
    const seen = new Set<string>();
    const end = performance.now() + 20_000;
    while (seen.size < 100 && performance.now() < end) {
      const reply = await api.list({ index, wait: '2s', filter: `Name == "${name}"` });
      expect(indexOf(reply)).toBeGreaterThanOrEqual(index);
      for (const { AccessorID } of expectJson<StubJson[]>(reply)) seen.add(AccessorID);
      index = indexOf(reply);
    }
    await writing;
    expect([...seen].sort()).toEqual([...wanted].sort());
  });

  test('one change wakes 300 blocked queries, all with the same index', async () => {
    const { us } = fixture();
    const index = await quietIndex(us);
    const blocked = Array.from({ length: 300 }, () => us.list({ index, wait: '20s', per_page: 1 }));
    expect(await stillOpen(Promise.race(blocked), 500)).toBe(true);
    const made = await us.mint();
    const replies = await Promise.all(blocked);
    expect(new Set(replies.map(indexOf))).toEqual(new Set([made.ModifyIndex]));
    expect(Math.max(...replies.map(({ elapsed }) => elapsed))).toBeLessThan(10_000);
  });
}

/** The 300 s cap, the jitter, and what does not block at all. */
export function waitBoundsSuite(fixture: () => Fixture): void {
  describe('wait', () => {
    test('a query without change is held for its wait and at most a sixteenth longer', async () => {
      const { us } = fixture();
      const index = await quietIndex(us);
      const replies = await Promise.all(Array.from({ length: 24 }, () => us.list({ index, wait: '800ms', per_page: 1 })));
      const held = replies.map(({ elapsed }) => elapsed);
      for (const reply of replies) expect(indexOf(reply)).toBe(index);
      expect(Math.min(...held)).toBeGreaterThanOrEqual(798);
      expect(Math.max(...held)).toBeLessThan(850 + 400);
      expect(Math.max(...held) - Math.min(...held)).toBeGreaterThan(5);
    });

    test('wait alone, index 0 and an index below the present one do not block', async () => {
      const { us } = fixture();
      const index = await quietIndex(us);
      for (const query of [{ wait: '5s' }, { index: 0, wait: '5s' }, { index: index - 1, wait: '5s' }, { index: 1, wait: '5s' }]) {
        const reply = await us.list(query);
        expectJson<StubJson[]>(reply);
        expect(reply.elapsed).toBeLessThan(2_500);
      }
    });

    test('an index that the region has not reached is held for the wait and answered with the present one', async () => {
      const { us } = fixture();
      const index = await quietIndex(us);
      const reply = await us.list({ index: index + 1_000_000, wait: '300ms' });
      expect(indexOf(reply)).toBe(index);
      expect(reply.elapsed).toBeGreaterThanOrEqual(295);
    });

    test('a wait above the cap, of zero, negative or absent is accepted and still woken', async () => {
      const { us } = fixture();
      const index = await quietIndex(us);
      const blocked = [{ wait: '10h' }, { wait: '300s' }, { wait: '0' }, { wait: '-5s' }, {}].map((query) => us.list({ index, ...query, per_page: 1 }));
      expect(await stillOpen(Promise.race(blocked), 300)).toBe(true);
      const made = await us.mint();
      expect((await Promise.all(blocked)).map(indexOf)).toEqual(blocked.map(() => made.ModifyIndex));
    });
  });
}

/** Authorization is checked again on wake-up (DESIGN section 5, Watch). */
export function revokedWhileBlockedSuite(fixture: () => Fixture): void {
  describe('revoked while blocked', () => {
    test.each([['us', false], ['us', true], ['eu', false], ['eu', true]] as const)('in %s, Global %s: list, read and self of a deleted token answer 403', async (where, Global) => {
      const api = fixture()[where];
      const token = await origin(fixture(), where, Global).mint({ Global, Type: 'management' });
      const mine = api.as(token.SecretID);
      const { ModifyIndex } = expectJson(await mine.self({}, { headers: notOlderThan(token.freshness) }));
      const index = await quietIndex(api);
      const blocked = [mine.list({ index, wait: '10s' }), mine.read(token.AccessorID, { index: ModifyIndex, wait: '10s' }), mine.self({ index: ModifyIndex, wait: '10s' })];
      expect(await stillOpen(Promise.race(blocked), 100)).toBe(true);
      succeeded(await origin(fixture(), where, Global).delete(token.AccessorID), 'delete');
      for (const reply of await Promise.all(blocked)) {
        expectDenied(reply);
        expect(reply.elapsed).toBeLessThan(5_000);
      }
    });

    test('a token that expires while it waits gets no answer but 403', async () => {
      const { us } = fixture();
      const token = await us.mint({ AccessorID: randomUUID(), SecretID: randomUUID(), CreateTime: new Date(Date.now() - 59_000).toISOString(), ExpirationTTL: '1m' });
      const mine = us.as(token.SecretID);
      const replies = await Promise.all([mine.self({ index: token.ModifyIndex, wait: '2s' }), mine.read(token.AccessorID, { index: token.ModifyIndex, wait: '2s' })]);
      for (const reply of replies) expectRefusal(reply, 403, 'ACL token expired');
    });

    test('a management token that becomes a client one is refused its blocked list', async () => {
      const { us } = fixture();
      const token = await us.mint({ Type: 'management' });
      const blocked = us.as(token.SecretID).list({ index: await quietIndex(us), wait: '10s' });
      const changed = succeeded(await us.update(token.AccessorID, { AccessorID: token.AccessorID, ...CLIENT }), 'update');
      const answer = await blocked;
      // Somebody else's late write may have woken it before.
      if (answer.status === 200) expect(indexOf(answer)).toBeLessThan(indexOf(changed));
      else expectDenied(answer);
      expectDenied(await us.as(token.SecretID).list({ index: indexOf(changed) - 1, wait: '10s' }));
    });
  });
}

/** Where a change of that scope is made so that it reaches `where`: globals in the authority, locals at home. */
function origin(fixture: Fixture, where: 'us' | 'eu', global: boolean): AclApi {
  return global ? fixture.us : fixture[where];
}

/** Blocks a list of the quiet region, makes the change, and gives what the list woke up with. */
async function whileBlocked<T>(api: AclApi, change: () => Promise<T>): Promise<{ readonly result: T; readonly index: number; readonly listed: string[] }> {
  const index = await quietIndex(api);
  const blocked = api.list({ index, wait: '10s' });
  const result = await change();
  const reply = await blocked;
  expect(reply.elapsed).toBeLessThan(5_000);
  expect(indexOf(reply)).toBeGreaterThan(index);
  expect(freshnessOf(reply)).not.toBe('');
  return { result, index: indexOf(reply), listed: expectJson<StubJson[]>(reply).map((stub) => stub.AccessorID) };
}
