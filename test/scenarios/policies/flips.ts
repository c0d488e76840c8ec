import { describe, expect, test } from 'vitest';
import { freshnessOf, notOlderThan, succeeded, type TokenJson } from '../support/acl.ts';
import { expectDenied, expectEmpty, expectJson } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { Grants, linksTo, type PolicyJson } from './grants.ts';

/** e2e of 9.5: adding and removing roles and policies flips what a token may see, at once. */
export function flipSuite(fixture: () => Fixture): void {
  describe.each([['us', true], ['us', false], ['eu', true], ['eu', false]] as const)('role and policy add and remove in %s, token global: %s', (where, Global) => {
    const grants = (): Grants => new Grants(fixture()[where]);

    test('a policy added to and removed from a token shows and hides at once', async () => {
      const [a, b] = [await grants().made(), await grants().made()];
      const token = await minted(grants(), { Policies: [a], Global });
      const holder = grants().as(token.SecretID);
      expectDenied(await holder.policy(b));
      expectJson(await grants().api.update(token.AccessorID, { AccessorID: token.AccessorID, Type: 'client', Policies: [a, b] }));
      expect(await holder.names()).toEqual([a, b].sort());
      expect(expectJson<PolicyJson>(await holder.policy(b)).Name).toBe(b);
      expectJson(await grants().api.update(token.AccessorID, { AccessorID: token.AccessorID, Type: 'client', Policies: [a] }));
      expectDenied(await holder.policy(b));
      expect(await holder.names()).toEqual([a]);
    });

    test('a role added to and removed from a token, and policies added to and removed from a role, show and hide at once', async () => {
      const [a, b, c] = [await grants().made(), await grants().made(), await grants().made()];
      const role = await grants().grouped(b);
      const token = await minted(grants(), { Policies: [a], Global });
      const holder = grants().as(token.SecretID);
      expect((await holder.roles()).text).toBe('[]');
      const linked = { AccessorID: token.AccessorID, Type: 'client', Policies: [a], Roles: [{ ID: role.ID }] };
      expectJson(await grants().api.update(token.AccessorID, linked));
      expect([await holder.names(), await holder.roleIds()]).toEqual([[a, b].sort(), [role.ID]]);
      expectJson(await grants().updateRole(role.ID, { Name: role.Name, Policies: linksTo(b, c) }));
      expect(await holder.names()).toEqual([a, b, c].sort());
      expectJson(await grants().updateRole(role.ID, { Name: role.Name, Policies: linksTo(c) }));
      expect(await holder.names()).toEqual([a, c].sort());
      expectDenied(await holder.policy(b));
      expectJson(await grants().api.update(token.AccessorID, { ...linked, Roles: [] }));
      expect([await holder.names(), (await holder.roles()).text]).toEqual([[a], '[]']);
      expectDenied(await holder.role(role.ID));
    });

    test('a deleted role and a deleted policy are gone from what the holder sees at once', async () => {
      const [a, b] = [await grants().made(), await grants().made()];
      const role = await grants().grouped(b);
      const token = await minted(grants(), { Policies: [a], Roles: [{ ID: role.ID, Name: '' }], Global });
      const holder = grants().as(token.SecretID);
      expect(await holder.names()).toEqual([a, b].sort());
      expectEmpty(await grants().drop(a));
      expect(await holder.names()).toEqual([b]);
      expectEmpty(await grants().dropRole(role.ID));
      expect([(await holder.policies()).text, (await holder.self()).text, (await holder.roles()).text]).toEqual(['[]', 'null', '[]']);
      expect(expectJson(await holder.api.self()).Roles).toEqual([]);
    });
  });
}

/** A client token that its region shows. */
async function minted(grants: Grants, input: Partial<TokenJson>): Promise<TokenJson> {
  const token = await grants.api.mint({ Policies: null, ...input });
  succeeded(await grants.api.read(token.AccessorID, {}, { headers: notOlderThan(token.freshness) }), 'read');
  expect(freshnessOf(await grants.policies())).not.toBe('');
  return token;
}
