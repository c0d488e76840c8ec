import { describe, expect, test } from 'vitest';
import { indexOf, named } from '../support/acl.ts';
import { expectDenied, expectEmpty, expectJson, expectReadHeaders, expectRefusal } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { Grants, type PolicyJson, type PolicyStubJson, RULES } from './grants.ts';

/** Reads of policies (specs 1.10; 9.1 and 9.2). */
export function readingSuite(fixture: () => Fixture): void {
  describe.each(['us', 'eu'] as const)('policies are read in %s', (where) => {
    const grants = (): Grants => new Grants(fixture()[where]);

    test('GetPolicy: a manager gets any policy, with the rules in both forms and its ModifyIndex as the index', async () => {
      const name = await grants().made({ Description: 'may read', JobACL: { Namespace: 'default', JobID: 'api' } });
      const reply = await grants().policy(name);
      const policy = expectJson<PolicyJson>(reply);
      expect(policy).toEqual({
        Name: name, Description: 'may read', Rules: RULES, JobACL: { Namespace: 'default', JobID: 'api', Group: '', Task: '' }, Hash: expect.stringMatching(/^[\w+/]{43}=$/),
        RulesJSON: { Policies: [{ Realm: 'job::/sandbox', Rules: [{ When: null, Claims: [{ Type: 'permit', Values: ['read'] }] }] }] },
        CreateIndex: policy.ModifyIndex, ModifyIndex: indexOf(reply),
      });
      expectReadHeaders(reply);
    });

    test('GetPolicy: a holder, directly or via a role, gets it; anybody else is denied', async () => {
      const name = await grants().made();
      const role = await grants().grouped(name);
      for (const holder of [await grants().holding({ Policies: [name] }), await grants().holding({ Roles: [{ ID: role.ID, Name: '' }] })]) {
        expect(expectJson<PolicyJson>(await holder.policy(name)).Name).toBe(name);
      }
      const stranger = await grants().holding({ Policies: [`${name}x`] });
      for (const caller of [stranger, grants().as(undefined), grants().as(crypto.randomUUID())]) expectDenied(await caller.policy(name));
    });

    test('GetPolicy: one that does not exist is 404 with the headers of a read to a manager and to who holds its name, and 403 to others', async () => {
      const name = named('nope');
      for (const caller of [grants(), await grants().holding({ Policies: [name] })]) {
        const reply = await caller.policy(name);
        expectRefusal(reply, 404, 'ACL policy not found');
        expectReadHeaders(reply);
      }
      expectDenied(await (await grants().holding({ Policies: ['other'] })).policy(name));
    });

    test('GetPolicies_TokenSubset: a token lists its own policies only, those of its roles among them, and unknown names are left out', async () => {
      const [direct, linked, other] = [await grants().made(), await grants().made(), await grants().made()];
      const role = await grants().grouped(linked);
      const holder = await grants().holding({ Policies: [direct, named('nope')], Roles: [{ ID: role.ID, Name: '' }] });
      expect(await holder.names()).toEqual([direct, linked].sort());
      expect(expectJson<PolicyStubJson[]>(await holder.self()).map(({ Name }) => Name)).toEqual([direct, linked].sort());
      expect(await grants().names()).toEqual(expect.arrayContaining([direct, linked, other]));
    });

    test('ListPolicies: a stub has no rules; a prefix of the name narrows the list, for managers and for holders', async () => {
      const [a, b] = [await grants().made(), await grants().made()];
      const stubs = expectJson<PolicyStubJson[]>(await grants().policies({ prefix: a }));
      expect(stubs.map((stub) => Object.keys(stub))).toEqual([['Name', 'Description', 'JobACL', 'Hash', 'CreateIndex', 'ModifyIndex']]);
      const holder = await grants().holding({ Policies: [a, b] });
      for (const caller of [grants(), holder]) {
        expect(await caller.names({ prefix: a })).toEqual([a]);
        expect(await caller.names({ prefix: `${a}x` })).toEqual([]);
      }
    });

    test('ListPolicies: sorted by name, neither cut to pages nor filtered nor turned around, in all consistency modes', async () => {
      await grants().made();
      const names = await grants().names();
      expect(names).toEqual([...names].sort());
      for (const query of [{ per_page: 1 }, { filter: 'Name == "x"' }, { reverse: 'true' }, { stale: '' }, { consistent: '' }]) {
        expect(await grants().names(query)).toEqual(names);
      }
      expectReadHeaders(await grants().policies());
    });

    test('policy self: empty is null, without a credential or with a bogus one it is 403', async () => {
      const nobody = await grants().holding({ Policies: [named('nope')] });
      expect((await nobody.self()).text).toBe('null');
      expect((await nobody.self({ pretty: '' })).text).toBe('null\n');
      expect((await nobody.policies()).text).toBe('[]');
      for (const secret of [undefined, crypto.randomUUID(), 'x']) expectDenied(await grants().as(secret).self());
      expect(expectJson<PolicyStubJson[]>(await grants().self())).toEqual(expectJson(await grants().policies()));
    });

    test('reads of policies with a bad parameter are 400 before the credential is looked at', async () => {
      for (const path of ['policies', 'policy/x', 'policy/self', 'roles', 'role/x', 'role/name/x', 'policy/x/versions']) {
        for (const [query, text] of [['index=x', 'Invalid index'], ['wait=x', 'Invalid wait time'], ['stale=x', 'Expect `true` or `false` for `stale` query string parameter']] as const) {
          expectRefusal(await fixture()[where].as(undefined).send('GET', `/v1/acl/${path}?${query}`), 400, text);
        }
        expectRefusal(await fixture()[where].send('GET', `/v1/acl/${path}?region=nowhere`), 400, 'No path to region');
      }
    });
  });
  anonymousSuite(fixture);
}

function anonymousSuite(fixture: () => Fixture): void {
  test('ListPolicies_Unauthenticated: empty without a policy named anonymous, that one with it, in every region; anybody may read it', async () => {
    const everywhere = fixture().all.map((api) => new Grants(api));
    const [us] = everywhere;
    if (us === undefined) throw new Error('no region');
    const nobody = us.as(undefined);
    expect((await nobody.policies()).text).toBe('[]');
    expectRefusal(await nobody.policy('anonymous'), 404, 'ACL policy not found');
    expectDenied(await nobody.api.self());
    const written = await us.put('anonymous');
    expectEmpty(written);
    const headers = { 'X-Mintmark-Freshness': written.headers['x-mintmark-freshness'] ?? '' };
    for (const grants of everywhere) {
      expect(expectJson<PolicyJson>(await grants.as(undefined).policy('anonymous', {}, { headers })).Rules).toBe(RULES);
      expect(await grants.as(undefined).names()).toEqual(['anonymous']);
      const client = await grants.holding({ Policies: ['other'] });
      expect(expectJson<PolicyJson>(await client.policy('anonymous')).Name).toBe('anonymous');
      expect((await client.policies()).text).toBe('[]');
      expect(expectJson(await grants.as(undefined).api.self())).toMatchObject({ AccessorID: 'anonymous' });
    }
    expectEmpty(await us.drop('anonymous'));
    expect((await nobody.policies()).text).toBe('[]');
    expectDenied(await nobody.api.self());
  });
}
