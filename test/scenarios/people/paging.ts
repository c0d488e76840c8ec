import { describe, expect, test } from 'vitest';
import { type AclApi, named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { type Ask, json, type Reply } from '../support/http.ts';
import { until } from '../support/until.ts';
import { person, succeeds } from './people.ts';

interface Listed {
  readonly id: string;
  readonly createIndex: number;
}

/** `/v1/users` and `/v1/organizations` page as `/v1/acl/tokens` does. */
export function pagingSuite(fixture: () => Fixture): void {
  const kinds = [
    ['/v1/users', async (_: AclApi) => (await person(fixture()).user({ password: null, username: `${named('paged')}@example.com` })).id, 'username'],
    ['/v1/organizations', async (api: AclApi) => json<Listed>(await api.send('POST', '/v1/organizations', { body: { name: 'paged', alias: named('paged') } })).id, 'alias'],
  ] as const;

  describe.each(kinds)('pages of %s', (path, make, name) => {
    const list = (api: AclApi, query: Ask['query'] = {}): Promise<Reply> => api.send('GET', path, { query });
    const ids = (reply: Reply): string[] => json<Listed[]>(succeeds(reply, 200)).map(({ id }) => id);

    /** Every page, one after the other. */
    async function pages(api: AclApi, query: Readonly<Record<string, string | number>>): Promise<string[][]> {
      const found: string[][] = [];
      for (let token: string | undefined = ''; token !== undefined; ) {
        const reply = await list(api, token === '' ? query : { ...query, next_token: token });
        found.push(ids(reply));
        token = reply.headers['x-nomad-nexttoken'];
      }
      return found;
    }

    test.each(['us', 'eu'] as const)('in %s cover the list in the order of creation, forth and back, none twice', async (where) => {
      const api = fixture()[where];
      const made: string[] = [];
      for (let count = 0; count < 7; count += 1) made.push(await make(fixture().us));
      const whole = await until('the region shows them all', async () => {
        const all = ids(await list(api));
        return made.every((id) => all.includes(id)) && all;
      });
      expect(whole.filter((id) => made.includes(id))).toEqual(made);
      expect((await list(api)).headers['x-nomad-nexttoken']).toBeUndefined();
      const forth = await pages(api, { per_page: 3 });
      expect(forth.flat()).toEqual(whole);
      expect(new Set(forth.slice(0, -1).map(({ length }) => length))).toEqual(new Set([3]));
      expect((await pages(api, { per_page: 3, reverse: 'true' })).flat()).toEqual(whole.toReversed());
      const filter = `${name} contains "paged"`;
      const filtered = await pages(api, { per_page: 2, filter });
      expect(filtered.flat()).toEqual(ids(await list(api, { filter })));
      expect(filtered.flat().filter((id) => made.includes(id))).toEqual(made);
      expect(ids(await list(api, { prefix: (made[0] ?? '').slice(0, 20) }))).toEqual([made[0]]);
      expect(Number((await list(api)).headers['x-nomad-index'])).toBeGreaterThan(0);
    });

    test('show a reader only what its policies permit, and count nothing else', async () => {
      const { us } = fixture();
      const made: string[] = [];
      for (let count = 0; count < 5; count += 1) made.push(await make(us));
      const all = json<(Listed & Readonly<Record<string, string>>)[]>(await list(us));
      const mine = all.filter(({ id }) => made.slice(1, 4).includes(id));
      const policy = named('reader');
      const realm = path === '/v1/users' ? 'user' : 'organization';
      const rules = mine.map((one) => `on ${realm}::/${one[name]} { { permit read } }`).join('\n');
      succeeds(await us.send('POST', `/v1/acl/policy/${policy}`, { body: { Name: policy, Rules: rules } }), 200);
      const reader = us.as((await us.mint({ Policies: [policy] })).SecretID);
      const seen = await pages(reader, { per_page: 2 });
      expect(seen.map(({ length }) => length)).toEqual([2, 1]);
      expect(seen.flat()).toEqual(mine.map(({ id }) => id));
      expect(ids(await list(reader, { filter: `${name} == "nobody"` }))).toEqual([]);
      const nobody = us.as((await us.mint()).SecretID);
      expect((await list(nobody, { per_page: 1 })).status).toBe(403);
    });

    test.each([
      ['per_page', { per_page: 'many' }],
      ['filter', { filter: 'nothing ==' }],
      ['nothing', { filter: 'nothing == "x"' }],
      ['prefix', { prefix: 'not hex' }],
    ])('refuse what they cannot read, and name it: %s', async (field, query) => {
      const reply = await list(fixture().us, query);
      expect([reply.status, json(reply)]).toMatchObject([400, { detail: expect.stringContaining(field) }]);
    });
  });
}
