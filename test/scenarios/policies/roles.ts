import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { indexOf, named, type TokenJson } from '../support/acl.ts';
import { expectDenied, expectEmpty, expectJson, expectReadHeaders, expectRefusal, expectWriteHeaders, invalid, UUID } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { Grants, linksTo, type RoleJson } from './grants.ts';

/** Roles (specs 1.11; 9.1 and 9.2). */
export function roleSuite(fixture: () => Fixture): void {
  describe.each(['us', 'eu'] as const)('roles in %s', (where) => {
    const grants = (): Grants => new Grants(fixture()[where]);

    test('UpsertRoles: a new role gets an id, keeps each policy once in the order given, and is read back as it was answered', async () => {
      const [a, b] = [await grants().made(), await grants().made()];
      const Name = named('r');
      for (const method of ['PUT', 'POST'] as const) {
        const reply = await fixture()[where].send(method, '/v1/acl/role', { body: { Name: `${Name}${method}`, Description: 'all of them', Policies: linksTo(b, a, b) } });
        const role = expectJson<RoleJson>(reply);
        expect(role).toEqual({
          ID: expect.stringMatching(UUID), Name: `${Name}${method}`, Description: 'all of them', Policies: linksTo(b, a), Hash: expect.stringMatching(/^[\w+/]{43}=$/),
          CreateIndex: indexOf(reply), ModifyIndex: indexOf(reply),
        });
        expectWriteHeaders(reply);
        expect(expectJson(await new Grants(fixture().us).role(role.ID))).toEqual(role);
      }
    });

    test('UpsertRoles: an update replaces name, description and policies, also to nothing, and keeps id and CreateIndex', async () => {
      const [a, b] = [await grants().made(), await grants().made()];
      const role = await grants().grouped(a);
      const Name = named('renamed');
      const updated = expectJson<RoleJson>(await grants().updateRole(role.ID, { Name, Policies: linksTo(b) }));
      expect(updated).toMatchObject({ ID: role.ID, Name, Description: '', Policies: linksTo(b), CreateIndex: role.CreateIndex });
      expect(updated.ModifyIndex).toBeGreaterThan(role.ModifyIndex);
      expectRefusal(await grants().roleNamed(role.Name), 404, 'ACL role not found');
      expect(expectJson<RoleJson>(await grants().roleNamed(Name)).ID).toBe(role.ID);
    });

    test('UpsertRoles: an identical write changes neither the state nor an index', async () => {
      const role = await grants().grouped(await grants().made());
      const seen = expectJson<RoleJson>(await grants().role(role.ID));
      const reply = await grants().updateRole(role.ID, { Name: role.Name, Policies: role.Policies });
      expect(expectJson(reply)).toEqual(role);
      expect(expectJson(await grants().role(role.ID))).toEqual(seen);
    });

    test('DeleteRolesByID: 200 without a body, gone at once, and 404 for one that is not there', async () => {
      const role = await grants().grouped(await grants().made());
      const reply = await grants().dropRole(role.ID);
      expectEmpty(reply);
      expectWriteHeaders(reply);
      expectRefusal(await grants().role(role.ID), 404, 'ACL role not found');
      expect(await grants().roleIds()).not.toContain(role.ID);
      for (const id of [role.ID, randomUUID(), 'x']) expectRefusal(await grants().dropRole(id), 404, 'ACL role not found');
    });

    test('ListRoles: all for management, those of the own token for others, narrowed by a prefix of the id, sorted by it', async () => {
      const name = await grants().made();
      const [own, other] = [await grants().grouped(name), await grants().grouped(name)];
      const linked = await grants().holding({ Roles: [{ ID: own.ID, Name: '' }] });
      const all = await grants().roleIds();
      expect(all).toEqual([...all].sort());
      expect(all).toEqual(expect.arrayContaining([own.ID, other.ID]));
      expect(expectJson<RoleJson[]>(await linked.roles())).toEqual([expectJson(await linked.role(own.ID))]);
      for (const caller of [grants(), linked]) expect(await caller.roleIds({ prefix: own.ID.slice(0, 8) })).toEqual([own.ID]);
      expect(await linked.roleIds({ prefix: 'x' })).toEqual([]);
      expectReadHeaders(await grants().roles());
    });

    test('Roles: no token gives an empty list, a bogus one 403, an unlinked client an empty list', async () => {
      const nobody = await grants().as(undefined).roles();
      expect(nobody.text).toBe('[]');
      expectReadHeaders(nobody);
      expectDenied(await grants().as(randomUUID()).roles());
      expect((await (await grants().holding({ Policies: ['x'] })).roles()).text).toBe('[]');
    });

    test('GetRoleByID and GetRoleByName: for managers and linked client tokens, 403 for others, 404 where there is none', async () => {
      const role = await grants().grouped(await grants().made());
      const linked = await grants().holding({ Roles: [{ ID: role.ID, Name: '' }] });
      for (const caller of [grants(), linked]) {
        for (const reply of [await caller.role(role.ID), await caller.roleNamed(role.Name)]) {
          expect(expectJson<RoleJson>(reply)).toMatchObject({ ID: role.ID, Name: role.Name, Policies: role.Policies, ModifyIndex: indexOf(reply) });
          expectReadHeaders(reply);
        }
      }
      for (const caller of [await grants().holding({ Policies: ['x'] }), grants().as(undefined), grants().as(randomUUID())]) {
        for (const reply of [await caller.role(role.ID), await caller.roleNamed(role.Name), await caller.role(randomUUID()), await caller.roleNamed('nope')]) expectDenied(reply);
      }
      for (const reply of [await grants().role(randomUUID()), await grants().roleNamed(named('nope'))]) {
        expectRefusal(reply, 404, 'ACL role not found');
        expectReadHeaders(reply);
      }
    });

    test('role writes: unauthenticated and client ones are denied, whatever they say', async () => {
      const role = await grants().grouped(await grants().made());
      const linked = await grants().holding({ Roles: [{ ID: role.ID, Name: '' }] });
      for (const caller of [linked, grants().as(undefined), grants().as(randomUUID())]) {
        expectDenied(await caller.putRole({ Name: named('r'), Policies: role.Policies }));
        expectDenied(await caller.putRole({}));
        expectDenied(await caller.updateRole(role.ID, { Name: named('r'), Policies: role.Policies }));
        expectDenied(await caller.updateRole(randomUUID(), { Name: 'x', Policies: role.Policies }));
        expectDenied(await caller.dropRole(role.ID));
        expectDenied(await caller.dropRole(randomUUID()));
      }
    });
    refusals(grants);
  });
  linkSuite(fixture);
}

const faulty = (...problems: string[]): string =>
  `role 0 invalid: ${problems.length === 1 ? '1 error' : `${problems.length} errors`} occurred:\n${problems.map((problem) => `\t* ${problem}\n`).join('')}\n`;

function refusals(grants: () => Grants): void {
  test('invalid roles are 400 that says what, and nothing is changed', async () => {
    const Policies = linksTo(await grants().made());
    const role = await grants().grouped(Policies[0]?.Name ?? '');
    const before = await grants().roleIds();
    const rows: readonly (readonly [object, string])[] = [
      [{ Name: 'a b', Policies }, faulty("invalid name 'a b'")],
      [{ Policies }, faulty("invalid name ''")],
      [{ Name: 'n'.repeat(129), Policies }, faulty(`invalid name '${'n'.repeat(129)}'`)],
      [{ Name: named('r'), Policies, Description: 'd'.repeat(257) }, faulty('description longer than 256')],
      [{ Name: named('r') }, faulty('at least one policy should be specified')],
      [{ Name: named('r'), Policies: [] }, faulty('at least one policy should be specified')],
      [{}, faulty("invalid name ''", 'at least one policy should be specified')],
      [{ Name: named('r'), Policies: linksTo('nope') }, 'cannot find policy nope'],
      [{ Name: named('r'), Policies: [{}] }, 'cannot find policy '],
      [{ Name: role.Name, Policies }, `role with name ${role.Name} already exists`],
    ];
    for (const [body, text] of rows) expectRefusal(await grants().putRole(body), 400, text);
    const id = randomUUID();
    expectRefusal(await grants().putRole({ ID: id, Name: named('r'), Policies }), 400, `cannot find role ${id}`);
    expectRefusal(await grants().updateRole(id, { Name: named('r'), Policies }), 400, `cannot find role ${id}`);
    const other = await grants().grouped(Policies[0]?.Name ?? '');
    expectRefusal(await grants().updateRole(role.ID, { Name: other.Name, Policies }), 400, `role with name ${other.Name} already exists`);
    expect(await grants().roleIds()).toEqual([...before, other.ID].sort());
    expect(expectJson<RoleJson>(await grants().role(role.ID)).Name).toBe(role.Name);
  });

  test('paths of roles that name none or too much are 400, other methods 405', async () => {
    const send = grants().api;
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expectRefusal(await send.send(method, '/v1/acl/role/'), 400, 'missing ACL role ID');
      expectRefusal(await send.send(method, '/v1/acl/role/name/'), 400, 'missing ACL role name');
      expectRefusal(await send.send(method, '/v1/acl/role/x/y'), 400, 'invalid URI');
      expectRefusal(await send.send(method, '/v1/acl/role/name/x/y'), 400, 'invalid URI');
    }
    expectRefusal(await send.send('PUT', '/v1/acl/role/x', { body: { ID: 'y' } }), 400, 'ACL role ID does not match request path');
    expectRefusal(await send.send('PUT', '/v1/acl/role/x', { body: { Name: 'y' } }), 400, 'ACL role ID does not match request path');
    const wrong: readonly (readonly [string, readonly string[]])[] = [
      ['policies', ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']], ['policy/self', ['POST', 'PUT', 'DELETE', 'PATCH']], ['policy/x', ['PATCH', 'OPTIONS']],
      ['policy/x/versions', ['POST', 'PUT', 'DELETE']], ['policy/x/versions/1', ['POST', 'PUT', 'DELETE']], ['policy/x/restore', ['GET', 'DELETE', 'PATCH']],
      ['roles', ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']], ['role', ['GET', 'DELETE', 'PATCH']], ['role/x', ['PATCH', 'OPTIONS']], ['role/name/x', ['POST', 'PUT', 'DELETE', 'PATCH']],
    ];
    for (const [path, methods] of wrong) for (const method of methods) expectRefusal(await send.send(method, `/v1/acl/${path}`), 405, 'Invalid method');
    for (const path of ['policies', 'policy/x', 'roles', 'role/x', 'role/name/x']) expect((await send.send('HEAD', `/v1/acl/${path}`)).status).toBe(405);
    for (const path of ['policy', 'policies/x', 'roles/x', 'policy/x/y', 'policy/x/versions/1/2']) {
      const reply = await send.send('GET', `/v1/acl/${path}`);
      expect([path, reply.status, reply.text]).toEqual([path, 404, '']);
    }
  });

  test('of many roles of one name that are created at once exactly one is', async () => {
    const Policies = linksTo(await grants().made());
    const Name = named('race');
    const replies = await Promise.all(Array.from({ length: 8 }, () => grants().putRole({ Name, Policies })));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const reply of replies.filter(({ status }) => status !== 200)) expectRefusal(reply, 400, `role with name ${Name} already exists`);
  });
}

/** Links of tokens to roles (specs 4.9, 9.1 UpsertTokens, 9.4 fixTokenRoleLinks). */
function linkSuite(fixture: () => Fixture): void {
  test.each(['us', 'eu'] as const)('UpsertTokens in %s: a role is linked by id or name, a triple link collapses to one with its name filled in, mixed with policies', async (where) => {
    const grants = new Grants(fixture()[where]);
    const role = await grants.grouped(await grants.made());
    const token = expectJson(await grants.api.create({ Type: 'client', Policies: ['x'], Roles: [{ ID: role.ID }, { Name: role.Name }, { ID: role.ID, Name: 'ignored' }] }));
    expect(token).toMatchObject({ Policies: ['x'], Roles: [{ ID: role.ID, Name: role.Name }] });
    expect(await grants.api.look(token.AccessorID)).toMatchObject({ Roles: [{ ID: role.ID, Name: role.Name }] });
    expectRefusal(await grants.api.create({ Type: 'client', Roles: [{ Name: 'nope' }] }), 400, 'cannot find role nope');
    expectRefusal(await grants.api.create({ Type: 'client', Roles: [{ ID: 'nope' }] }), 400, 'cannot find role nope');
    expectRefusal(await grants.api.create({ Type: 'management', Roles: [{ ID: role.ID }] }), 400, invalid('management token cannot be associated with policies or roles'));
  });

  test('a renamed role shows its new name on tokens, a deleted one vanishes from reads, stays in lists, and grants nothing', async () => {
    const { us } = fixture();
    const grants = new Grants(us);
    const policy = await grants.made();
    const [kept, lost] = [await grants.grouped(policy), await grants.grouped(policy)];
    const token = expectJson(await us.create({ Type: 'client', Roles: [{ ID: kept.ID }, { ID: lost.ID }] }));
    const Name = named('renamed');
    expectJson(await grants.updateRole(kept.ID, { Name, Policies: linksTo(policy) }));
    expectEmpty(await grants.dropRole(lost.ID));
    for (const read of [await us.look(token.AccessorID), expectJson(await us.as(token.SecretID).self())]) {
      expect(read).toMatchObject({ Policies: [], Roles: [{ ID: kept.ID, Name }] });
    }
    const listed = expectJson<TokenJson[]>(await us.list({ prefix: token.AccessorID }));
    expect(listed[0]?.Roles).toEqual([{ ID: kept.ID, Name: '' }, { ID: lost.ID, Name: '' }]);
    expectEmpty(await grants.dropRole(kept.ID));
    expect(await us.look(token.AccessorID)).toMatchObject({ Policies: [], Roles: [] });
    expect((await grants.as(token.SecretID).policies()).text).toBe('[]');
    expectDenied(await grants.as(token.SecretID).policy(policy));
  });

  test('a deleted policy stays named by tokens and roles, grants nothing, and grants again when it is written again', async () => {
    const grants = new Grants(fixture().us);
    const policy = await grants.made();
    const role = await grants.grouped(policy);
    const holder = await grants.holding({ Roles: [{ ID: role.ID, Name: '' }] });
    expectEmpty(await grants.drop(policy));
    expect((await holder.policies()).text).toBe('[]');
    expect(expectJson<RoleJson>(await grants.role(role.ID)).Policies).toEqual(linksTo(policy));
    expectRefusal(await grants.updateRole(role.ID, { Name: role.Name, Policies: linksTo(policy), Description: 'x' }), 400, `cannot find policy ${policy}`);
    expectEmpty(await grants.put(policy));
    expect(await holder.names()).toEqual([policy]);
  });
}
