import { describe, expect, test } from 'vitest';
import { named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';
import { person } from './people.ts';

/** `/v1/users`. */
export function userSuite(fixture: () => Fixture): void {
  describe('users', () => {
    test.each(['us', 'eu'] as const)('one made through %s is shown without password or hash, replaced whole, and deleted', async (where) => {
      const people = person(fixture(), where);
      const organization = await people.organization();
      const other = await people.organization();
      const made = await people.user({ organizations: [{ organization: organization.id, role: 'Standard' }] });
      const { api } = people;
      const shown = { id: made.id, username: made.username, hasPassword: true, organizations: [{ organization: organization.id, role: 'Standard' }], disabled: false };
      const read = await api.send('GET', `/v1/users/${made.id}`);
      expect([read.status, json(read)]).toMatchObject([200, shown]);
      expect(read.text).not.toContain('argon2');
      const renamed = named('u');
      const put = await api.send('PUT', `/v1/users/${made.id}`, { body: { username: renamed, organizations: [{ organization: other.id, role: 'Advanced' }] } });
      const replaced = { username: renamed, hasPassword: true, organizations: [{ organization: other.id, role: 'Advanced' }], platformOperator: false };
      expect([put.status, json(put)]).toMatchObject([200, { id: made.id, ...replaced }]);
      expect(json(await api.send('PUT', `/v1/users/${made.id}`, { body: { username: renamed, password: null } }))).toMatchObject({ hasPassword: false, organizations: [] });
      expect(json<{ id: string }[]>(await api.send('GET', '/v1/users')).map(({ id }) => id)).toContain(made.id);
      expect((await api.send('DELETE', `/v1/users/${made.id}`)).status).toBe(204);
      expect((await api.send('GET', `/v1/users/${made.id}`)).status).toBe(404);
      expect((await api.send('PUT', `/v1/users/${made.id}`, { body: { username: renamed } })).status).toBe(404);
    });

    test('a username belongs to one of them, whatever its case, also when several ask for it at once', async () => {
      const { us, eu } = fixture();
      const username = `${named('Ü')}@Example.com`;
      const replies = await Promise.all([us, eu, us].map((api) => api.send('POST', '/v1/users', { body: { username } })));
      expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      for (const same of [username.toUpperCase(), username.toLowerCase()]) refused(await us.send('POST', '/v1/users', { body: { username: same } }), 409, 'username');
    });

    test('a password may be long, and is neither short nor common', async () => {
      const { us } = fixture();
      const create = (password: unknown): Promise<Reply> => us.send('POST', '/v1/users', { body: { username: named('u'), password } });
      for (const password of ['short', '', 'password1', 'x'.repeat(1_025), 5]) refused(await create(password), 400, 'password');
      for (const password of ['a'.repeat(1_024), 'plum tractor window']) expect((await create(password)).status).toBe(201);
    });

    test.each([
      ['no username', {}, 'username'],
      ['a username with a colon', { username: 'a:b' }, 'username'],
      ['an unknown organization', { username: 'x', organizations: [{ organization: 'nowhere', role: 'Standard' }] }, 'organizations[0].organization'],
      ['organizations that are no list', { username: 'x', organizations: {} }, 'organizations'],
      ['a flag that is none', { username: 'x', disabled: 'yes' }, 'disabled'],
    ])('%s is refused with the field and its form', async (_, body, field) => {
      refused(await fixture().eu.send('POST', '/v1/users', { body }), 400, field);
    });

    test('a custom role is the name of an ACL role', async () => {
      const people = person(fixture());
      const { id } = await people.organization();
      const role = await people.customRole();
      refused(await people.api.send('POST', '/v1/users', { body: { username: named('u'), organizations: [{ organization: id, role: 'no such role' }] } }), 400, 'role');
      await people.user({ organizations: [{ organization: id, role }] });
    });

    test('nobody without a management token, or a policy that permits it, sees or changes any', async () => {
      const people = person(fixture());
      const { id } = await people.user();
      const client = await people.api.mint({ Global: true });
      for (const [method, path] of [['GET', ''], ['POST', ''], ['GET', `/${id}`], ['PUT', `/${id}`], ['DELETE', `/${id}`], ['GET', '/unknown']] as const) {
        const body = method === 'POST' || method === 'PUT' ? { username: named('u') } : undefined;
        const reply = await people.api.as(client.SecretID).send(method, `/v1/users${path}`, { body });
        expect([method, path, reply.status, json(reply)]).toMatchObject([method, path, 403, { code: 'permission_denied' }]);
      }
      expect((await people.api.as(undefined).send('GET', '/v1/users')).status).toBe(401);
    });
  });
}

function refused(reply: Reply, status: number, field: string): void {
  expect([reply.status, json(reply)]).toMatchObject([status, { detail: expect.stringContaining(field) }]);
}
