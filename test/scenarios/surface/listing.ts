import { describe, expect, test } from 'vitest';
import { type AclApi, type Minted, named, type StubJson } from '../support/acl.ts';
import { expectJson } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';

/** Listing by page, prefix, filter and order (specs 1.2, 2.4, 2.5 and 9.1). */
export function listingSuite(fixture: () => Fixture): void {
  describe('listing', () => {
    test('pages are in creation order, complete, without repeat, and their cursor is index and accessor of the next token', async () => {
      const { us } = fixture();
      const { name, made } = await fiveOf(us);
      const filter = `Name == "${name}"`;
      const seen: string[] = [];
      let next: string | undefined;
      do {
        const reply = await us.list({ filter, per_page: 2, ...(next !== undefined && { next_token: next }) });
        const page = stubs(reply);
        expect(page.length).toBeLessThanOrEqual(2);
        seen.push(...page);
        next = reply.headers['x-nomad-nexttoken'];
        const following = made[seen.length];
        expect(next).toBe(following === undefined ? undefined : `${following.CreateIndex}.${following.AccessorID}`);
      } while (next !== undefined);
      expect(seen).toEqual(made.map(({ AccessorID }) => AccessorID));
    });

    test('creation order stays after an update, and reverse turns it round', async () => {
      const { us } = fixture();
      const { name, made } = await fiveOf(us);
      const accessors = made.map(({ AccessorID }) => AccessorID);
      const [oldest] = made;
      if (oldest === undefined) throw new Error('nothing was made');
      await us.update(oldest.AccessorID, { AccessorID: oldest.AccessorID, Name: name, Type: 'client', Policies: ['other'] });
      expect(stubs(await us.list({ filter: `Name == "${name}"` }))).toEqual(accessors);
      expect(stubs(await us.list({ filter: `Name == "${name}"`, reverse: 'true' }))).toEqual(accessors.toReversed());
      expect(stubs(await us.list({ filter: `Name == "${name}"`, reverse: 'yes' }))).toEqual(accessors);
    });

    test('a cursor that points at a deleted token goes on after it', async () => {
      const { us } = fixture();
      const { name, made } = await fiveOf(us);
      const gone = made[2];
      if (gone === undefined) throw new Error('nothing was made');
      await us.delete(gone.AccessorID);
      const reply = await us.list({ filter: `Name == "${name}"`, next_token: `${gone.CreateIndex}.${gone.AccessorID}` });
      expect(stubs(reply)).toEqual(made.slice(3).map(({ AccessorID }) => AccessorID));
    });
    prefixes(fixture);
    filters(fixture);
  });
}

function prefixes(fixture: () => Fixture): void {
  test('a prefix lists the accessors that begin with it, in their order, in either case', async () => {
    const { us } = fixture();
    const stem = crypto.randomUUID().slice(0, 8);
    const accessors = [`${stem}-ffff`, `${stem}-0000`, `${stem}-7777`].map((head) => head + crypto.randomUUID().slice(13));
    for (const AccessorID of accessors) await us.mint({ AccessorID, SecretID: crypto.randomUUID() });
    const sorted = accessors.toSorted();
    expect(stubs(await us.list({ prefix: stem }))).toEqual(sorted);
    expect(stubs(await us.list({ prefix: stem.toUpperCase() }))).toEqual(sorted);
    expect(stubs(await us.list({ prefix: stem, reverse: 'true' }))).toEqual(sorted.toReversed());
    const first = await us.list({ prefix: stem, per_page: 1 });
    expect(first.headers['x-nomad-nexttoken']).toBe(sorted[1]);
    expect(stubs(await us.list({ prefix: stem, per_page: 5, next_token: sorted[1] ?? '' }))).toEqual(sorted.slice(1));
    expect((await us.list({ prefix: `${stem}-1111` })).text).toBe('[]');
  });
}

function filters(fixture: () => Fixture): void {
  test('a filter chooses by every form of the language', async () => {
    const { us } = fixture();
    const name = named('filter');
    const client = await us.mint({ Name: `${name}-c`, Policies: ['ops', 'audit'] });
    const manager = await us.mint({ Name: `${name}-m`, Type: 'management' });
    const wanted: [string, string[]][] = [
      [`Name matches "^${name}"`, [client.AccessorID, manager.AccessorID]],
      [`Name matches "^${name}" and Type == "client"`, [client.AccessorID]],
      [`Name matches "^${name}" and Type != "client"`, [manager.AccessorID]],
      [`"ops" in Policies and Name contains "${name}"`, [client.AccessorID]],
      [`Policies contains "audit" and Name contains "${name}"`, [client.AccessorID]],
      [`"ops" not in Policies and Name contains "${name}"`, [manager.AccessorID]],
      [`Policies is empty and Name contains "${name}"`, [manager.AccessorID]],
      [`Policies is not empty and Name contains "${name}"`, [client.AccessorID]],
      [`(Name == "${name}-c" or Name == "${name}-m") and not (Type == "client")`, [manager.AccessorID]],
      [`Global == true and Name contains "${name}"`, []],
      [`Global == false and Name contains "${name}"`, [client.AccessorID, manager.AccessorID]],
      [`AccessorID == "${client.AccessorID}"`, [client.AccessorID]],
    ];
    for (const [filter, accessors] of wanted) expect({ filter, accessors: stubs(await us.list({ filter })) }).toEqual({ filter, accessors });
  });

  test('global=true lists the global tokens only', async () => {
    const { us } = fixture();
    const [local, global] = [await us.mint(), await us.mint({ Global: true })];
    const listed = expectJson<StubJson[]>(await us.list({ global: 'true' }));
    expect(listed.every((stub) => stub.Global)).toBe(true);
    const accessors = listed.map(({ AccessorID }) => AccessorID);
    expect(accessors).toContain(global.AccessorID);
    expect(accessors).not.toContain(local.AccessorID);
  });

  test('an expired token is still listed', async () => {
    const { us } = fixture();
    const made = await us.mint({ AccessorID: crypto.randomUUID(), SecretID: crypto.randomUUID(), ExpirationTTL: '1h', CreateTime: new Date(Date.now() - 3_660_000).toISOString() });
    expect((await us.as(made.SecretID).self()).text).toBe('ACL token expired');
    expect(await us.accessors()).toContain(made.AccessorID);
    expect((await us.look(made.AccessorID)).SecretID).toBe(made.SecretID);
  });
}

async function fiveOf(api: AclApi): Promise<{ readonly name: string; readonly made: readonly Minted[] }> {
  const name = named('page');
  const made: Minted[] = [];
  for (let at = 0; at < 5; at += 1) made.push(await api.mint({ Name: name }));
  return { name, made };
}

function stubs(reply: Parameters<typeof expectJson>[0]): string[] {
  return expectJson<StubJson[]>(reply).map(({ AccessorID }) => AccessorID);
}
