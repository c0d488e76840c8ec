import { describe, expect, test } from 'vitest';
import { indexOf, named, type TokenJson } from '../support/acl.ts';
import { expectDenied, expectEmpty, expectJson, expectReadHeaders, expectRefusal } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import type { Reply } from '../support/http.ts';
import { stillOpen } from '../support/until.ts';
import { Grants, linksTo, type PolicyJson, type RoleJson } from './grants.ts';

const WAIT = '10s';

/** P4 for policies and roles: the blocking variants of 9.1. Changes are made in the authority. */
export function blockingSuite(fixture: () => Fixture): void {
  describe.each(['us', 'eu'] as const)('blocked queries of policies and roles in %s', (where) => {
    const here = (): Grants => new Grants(fixture()[where]);
    const there = (): Grants => new Grants(fixture().us);

    test('ListPolicies_Blocking: wakes for a create, an update and a delete, each with the table\'s new index', async () => {
      const name = named('p');
      let index = indexOf(await here().policies());
      for (const [change, listed] of [[() => there().put(name), true], [() => there().put(name), true], [() => there().drop(name), false]] as const) {
        const reply = await woken(here().policies({ index, wait: WAIT }), change);
        expect(expectJson<PolicyJson[]>(reply).some(({ Name }) => Name === name)).toBe(listed);
        expect(indexOf(reply)).toBeGreaterThan(index);
        index = indexOf(reply);
        expect(index).toBe(indexOf(await here().policies()));
      }
    });

    test('GetPolicy_Blocking: past an unrelated write, wakes on the watched one with its index, and on its delete with 404 and the table\'s index', async () => {
      const [name, other] = [await here().made(), await here().made()];
      const { ModifyIndex } = expectJson<PolicyJson>(await here().policy(name));
      const blocked = here().policy(name, { index: ModifyIndex, wait: WAIT });
      expectEmpty(await there().put(other));
      expect(await stillOpen(blocked, 150)).toBe(true);
      const updated = await woken(blocked, () => there().put(name, { Description: 'new' }));
      expect(expectJson<PolicyJson>(updated)).toMatchObject({ Description: 'new', ModifyIndex: indexOf(updated) });
      const gone = await woken(here().policy(name, { index: indexOf(updated), wait: WAIT }), () => there().drop(name));
      expectRefusal(gone, 404, 'ACL policy not found');
      expectReadHeaders(gone);
      expect(indexOf(gone)).toBe(indexOf(await here().policies()));
    });

    test('GetRole_Blocking and ListRoles_Blocking: the same for roles, by id and by name', async () => {
      const policy = await here().made();
      const role = await here().grouped(policy);
      const other = await here().grouped(policy);
      const seen = expectJson<RoleJson>(await here().role(role.ID));
      const blocked = [here().role(role.ID, { index: seen.ModifyIndex, wait: WAIT }), here().roleNamed(role.Name, { index: seen.ModifyIndex, wait: WAIT })];
      expectJson(await there().updateRole(other.ID, { Name: other.Name, Description: 'x', Policies: linksTo(policy) }));
      expect(await stillOpen(Promise.race(blocked), 150)).toBe(true);
      const index = indexOf(await here().roles());
      const list = here().roles({ index, wait: WAIT });
      const change = (): Promise<Reply> => there().updateRole(role.ID, { Name: role.Name, Description: 'new', Policies: linksTo(policy) });
      const [byId, byName] = await Promise.all([woken(blocked[0] as Promise<Reply>, change), blocked[1] as Promise<Reply>]);
      for (const reply of [byId, byName]) expect(expectJson<RoleJson>(reply)).toMatchObject({ Description: 'new', ModifyIndex: indexOf(reply) });
      expect(expectJson<RoleJson[]>(await list).find(({ ID }) => ID === role.ID)?.Description).toBe('new');
      const gone = await woken(here().role(role.ID, { index: indexOf(byId), wait: WAIT }), () => there().dropRole(role.ID));
      expectRefusal(gone, 404, 'ACL role not found');
      expect(indexOf(gone)).toBe(indexOf(await here().roles()));
    });

    test('a list with a prefix does not wake for what is outside it', async () => {
      const name = await here().made();
      const index = indexOf(await here().policies());
      const blocked = here().policies({ prefix: name, index, wait: WAIT });
      expectEmpty(await there().put(named('other')));
      expect(await stillOpen(blocked, 150)).toBe(true);
      expect(expectJson<PolicyJson[]>(await woken(blocked, () => there().put(name))).map(({ Name }) => Name)).toEqual([name]);
    });

    test('a holder\'s list wakes when what it holds changes: a policy, a role\'s policies, the token itself', async () => {
      const [direct, linked, added] = [await here().made(), await here().made(), await here().made()];
      const role = await here().grouped(linked);
      const token = await here().api.mint({ Policies: [direct], Roles: [{ ID: role.ID, Name: '' }] });
      const holder = here().as(token.SecretID);
      const names = async (index: number, change: () => Promise<Reply>): Promise<{ index: number; names: string[] }> => {
        const reply = await woken(holder.policies({ index, wait: WAIT }), change);
        return { index: indexOf(reply), names: expectJson<PolicyJson[]>(reply).map(({ Name }) => Name) };
      };
      const written = await names(indexOf(await holder.policies()), () => there().put(direct, { Description: 'new' }));
      expect(written.names).toEqual([direct, linked].sort());
      const regrouped = await names(written.index, () => there().updateRole(role.ID, { Name: role.Name, Policies: linksTo(added) }));
      expect(regrouped.names).toEqual([direct, added].sort());
      const retold = await names(regrouped.index, () => here().api.update(token.AccessorID, { AccessorID: token.AccessorID, Type: 'client', Policies: [linked] }));
      expect(retold.names).toEqual([linked]);
    });

    test('whoever is no longer allowed what is waited for is refused at once', async () => {
      const name = await here().made();
      const role = await here().grouped(name);
      const linked = await here().holding({ Roles: [{ ID: role.ID, Name: '' }] });
      const { ModifyIndex } = expectJson<PolicyJson>(await linked.policy(name));
      expectDenied(await woken(linked.policy(name, { index: ModifyIndex, wait: WAIT }), () => there().dropRole(role.ID)));
      const token: TokenJson = await here().api.mint({ Type: 'management' });
      const index = indexOf(await here().roles());
      expectDenied(await woken(here().as(token.SecretID).roles({ index, wait: WAIT }), () => here().api.delete(token.AccessorID)));
    });

    test('a list without a change answers after its wait with the same index', async () => {
      for (const ask of [(query: object) => here().policies({ ...query }), (query: object) => here().roles({ ...query })]) {
        const index = indexOf(await ask({}));
        const reply = await ask({ index, wait: '200ms' });
        expect(indexOf(reply)).toBe(index);
        expect(reply.elapsed).toBeGreaterThanOrEqual(195);
        expect(reply.elapsed).toBeLessThan(3_000);
      }
    });
  });
}

/** What a blocked query answers once the change is made. */
async function woken(blocked: Promise<Reply>, change: () => Promise<Reply>): Promise<Reply> {
  expect(await stillOpen(blocked, 40)).toBe(true);
  const made = await change();
  expect({ status: made.status, text: made.status === 200 ? '' : made.text }).toEqual({ status: 200, text: '' });
  const reply = await blocked;
  expect(reply.elapsed).toBeLessThan(6_000);
  return reply;
}
