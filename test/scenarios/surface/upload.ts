import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { indexOf } from '../support/acl.ts';
import { expectDenied, expectEmpty, expectJson, expectRefusal } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';

const CLIENT = { Type: 'client', Policies: ['readonly'] };

/** Upload of tokens with chosen ids (specs 1.3.1), the uniqueness of secrets, and the last management token. */
export function uploadSuite(fixture: () => Fixture): void {
  describe('upload', () => {
    test('an upload keeps accessor, secret and create time to the nanosecond, local and global, by either path', async () => {
      const { us, eu } = fixture();
      for (const [api, Global] of [[us, false], [eu, false], [eu, true]] as const) {
        const wanted = { ...CLIENT, Global, AccessorID: randomUUID(), SecretID: randomUUID(), CreateTime: '2024-02-29T23:59:59.123456789Z' };
        expect(expectJson(await api.create(wanted))).toMatchObject(wanted);
        expect(expectJson(await api.as(wanted.SecretID).self())).toMatchObject({ AccessorID: wanted.AccessorID });
        const second = { ...wanted, AccessorID: randomUUID(), SecretID: randomUUID() };
        expect(expectJson(await api.update(second.AccessorID, second))).toMatchObject(second);
      }
    });

    test('a secret that is in use is refused, in its own form and in capitals', async () => {
      const { us, eu } = fixture();
      const taken = await us.mint();
      for (const SecretID of [taken.SecretID, taken.SecretID.toUpperCase()]) {
        expectRefusal(await us.create({ ...CLIENT, AccessorID: randomUUID(), SecretID }), 400, /secret/i);
      }
      const global = await us.mint({ Global: true });
      expectRefusal(await eu.create({ ...CLIENT, Global: true, AccessorID: randomUUID(), SecretID: global.SecretID }), 400, /secret/i);
      expect(expectJson(await us.as(taken.SecretID).self()).AccessorID).toBe(taken.AccessorID);
    });

    test('of eight parallel uploads of one secret exactly one succeeds', async () => {
      const { us } = fixture();
      const SecretID = randomUUID();
      const replies = await Promise.all(Array.from({ length: 8 }, () => us.create({ ...CLIENT, AccessorID: randomUUID(), SecretID })));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 400)]);
      const winner = replies.find(({ status }) => status === 200);
      if (winner === undefined) throw new Error('no upload won');
      expect(expectJson(await us.as(SecretID).self()).AccessorID).toBe(expectJson(winner).AccessorID);
    });

    test('in a region that writes without a pause, what needs the whole log to stand still is done at once', async () => {
      const { us } = fixture();
      let writing = true;
      const replies: number[] = [];
      const writers = Array.from({ length: 128 }, async () => {
        const { AccessorID } = await us.mint();
        while (writing) replies.push((await us.update(AccessorID, { ...CLIENT, AccessorID })).status);
      });
      const manager = await us.mint({ Type: 'management' });
      const done = [];
      for (let turn = 0; turn < 20; turn += 1) done.push((await us.create({ ...CLIENT, AccessorID: randomUUID(), SecretID: randomUUID() })).status);
      done.push((await us.delete(manager.AccessorID)).status);
      writing = false;
      await Promise.all(writers);
      expect(done).toEqual(done.map(() => 200));
      expect(replies.filter((status) => status !== 200)).toEqual([]);
    });

    test('an upload over an accessor that exists is an update: the secret stays', async () => {
      const { us } = fixture();
      const { AccessorID, SecretID } = await us.mint();
      const other = randomUUID();
      expect(expectJson(await us.create({ ...CLIENT, AccessorID, SecretID: other })).SecretID).toBe(SecretID);
      expectDenied(await us.as(other).self());
    });

    test('the bootstrap refuses a secret that is no UUID only after it has said that it is done', async () => {
      expectRefusal(await fixture().us.bootstrap({ BootstrapSecret: 'x' }), 400, /^ACL bootstrap already done/);
    });
    lastManager(fixture);
  });
}

function lastManager(fixture: () => Fixture): void {
  test('of the authority\'s management tokens the last one cannot be deleted', async () => {
    const { us } = fixture();
    const reply = await us.list({ filter: 'Type == "management"' });
    const own = expectJson(await us.self()).AccessorID;
    for (const { AccessorID } of expectJson<{ AccessorID: string }[]>(reply)) if (AccessorID !== own) expectEmpty(await us.delete(AccessorID));
    expectRefusal(await us.delete(own), 400, /last/i);
    expect(indexOf(await us.list())).toBeGreaterThan(0);
    const second = await us.mint({ Type: 'management' });
    expectEmpty(await us.delete(second.AccessorID));
    expectRefusal(await us.delete(own), 400, /last/i);
  });
}
