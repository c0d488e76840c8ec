import { describe, expect, test } from 'vitest';
import { named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';

interface OrganizationJson {
  readonly id: string;
  readonly name: string;
  readonly alias: string;
  readonly parent: string | null;
}

/** `/v1/organizations`. */
export function organizationSuite(fixture: () => Fixture): void {
  const create = async (body: object, api = fixture().us) => {
    const reply = await api.send('POST', '/v1/organizations', { body });
    expect(reply.status, reply.text).toBe(201);
    return json<OrganizationJson>(reply);
  };

  describe('organizations', () => {
    test.each(['us', 'eu'] as const)('one created through %s is shown there at once, changed, listed and deleted', async (where) => {
      const api = fixture()[where];
      const alias = named('o');
      const made = await create({ name: 'Acme', alias }, api);
      expect(made).toMatchObject({ name: 'Acme', alias, parent: null });
      expect(json(await api.send('GET', `/v1/organizations/${made.id}`))).toMatchObject({ id: made.id, alias });
      const changed = await api.send('PUT', `/v1/organizations/${made.id}`, { body: { name: 'Acme & Co', alias } });
      expect([changed.status, json(changed)]).toMatchObject([200, { id: made.id, name: 'Acme & Co' }]);
      const listed = json<OrganizationJson[]>(await api.send('GET', '/v1/organizations'));
      expect(listed.filter((other) => other.id === made.id)).toMatchObject([{ name: 'Acme & Co' }]);
      expect((await api.send('DELETE', `/v1/organizations/${made.id}`)).status).toBe(204);
      for (const method of ['GET', 'DELETE']) {
        const gone = await api.send(method, `/v1/organizations/${made.id}`);
        expect([gone.status, json(gone)]).toMatchObject([404, { code: 'not_found' }]);
      }
    });

    test('an alias belongs to one of them, whatever its case, also when several ask for it at once', async () => {
      const { us, eu } = fixture();
      const alias = named('o');
      const replies = await Promise.all([us, eu, us, eu].map((api) => api.send('POST', '/v1/organizations', { body: { name: 'A', alias } })));
      expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
      const again = await us.send('POST', '/v1/organizations', { body: { name: 'B', alias: alias.toUpperCase() } });
      expect([again.status, json(again)]).toMatchObject([409, { code: 'already_exists' }]);
    });

    test('they nest without going round in circles, and one that others belong to stays', async () => {
      const { us } = fixture();
      const top = await create({ name: 'top', alias: named('o') });
      const middle = await create({ name: 'middle', alias: named('o'), parent: top.id });
      const low = await create({ name: 'low', alias: named('o'), parent: middle.id });
      const circle = await us.send('PUT', `/v1/organizations/${top.id}`, { body: { name: 'top', alias: top.alias, parent: low.id } });
      expect([circle.status, json(circle)]).toMatchObject([400, { code: 'invalid_argument', detail: expect.stringContaining('parent') }]);
      const nowhere = await us.send('POST', '/v1/organizations', { body: { name: 'x', alias: named('o'), parent: 'nowhere' } });
      expect(nowhere.status).toBe(400);
      const kept = await us.send('DELETE', `/v1/organizations/${middle.id}`);
      expect([kept.status, json(kept)]).toMatchObject([409, { code: 'conflict' }]);
      for (const { id } of [low, middle, top]) expect((await us.send('DELETE', `/v1/organizations/${id}`)).status).toBe(204);
    });

    test.each([
      ['no alias', { name: 'x' }, 'alias'],
      ['an alias with an @', { name: 'x', alias: 'a@b' }, 'alias'],
      ['an empty name', { name: ' ', alias: 'a' }, 'name'],
      ['a name that is no text', { name: 1, alias: 'a' }, 'name'],
    ])('%s is refused with the field and its form', async (_, body, field) => {
      const reply = await fixture().eu.send('POST', '/v1/organizations', { body });
      expect([reply.status, json(reply)]).toMatchObject([400, { code: 'invalid_argument', detail: expect.stringContaining(field) }]);
    });

    test('nobody without a management token, or a policy that permits it, sees or changes any', async () => {
      const { us, eu } = fixture();
      const { id } = await create({ name: 'Acme', alias: named('o') });
      const client = await us.mint({ Global: true });
      for (const api of [us.as(client.SecretID), eu.as(client.SecretID)]) {
        for (const [method, path] of [['GET', ''], ['POST', ''], ['GET', `/${id}`], ['PUT', `/${id}`], ['DELETE', `/${id}`], ['GET', '/unknown']] as const) {
          const body = method === 'POST' || method === 'PUT' ? { name: 'x', alias: named('o') } : undefined;
          const reply = await api.send(method, `/v1/organizations${path}`, { body });
          expect([method, path, reply.status, json(reply)]).toMatchObject([method, path, 403, { code: 'permission_denied' }]);
        }
      }
      expect((await us.as(undefined).send('GET', '/v1/organizations')).status).toBe(401);
    });
  });
}
