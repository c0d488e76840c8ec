import { describe, expect, test } from 'vitest';
import { type AclApi, named, succeeded } from '../support/acl.ts';
import { expectEmpty, expectJson, expectRefusal } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import type { Reply } from '../support/http.ts';
import { until } from '../support/until.ts';
import { Grants, linksTo, RULES } from './grants.ts';

/** Documents that apply to everyone share their names with policies, and are none of this surface. */
export function documentSuite(fixture: () => Fixture): void {
  describe.each(['us', 'eu'] as const)('documents that apply to everyone, seen from the acl surface of %s', (where) => {
    const grants = (): Grants => new Grants(fixture()[where]);

    test('are in no list, in no read and in no history, and grant nothing to who names them', async () => {
      const name = await document(fixture()[where]);
      const holder = await grants().holding({ Policies: [name] });
      expect(await grants().names()).not.toContain(name);
      expect([(await holder.policies()).text, (await holder.self()).text]).toEqual(['[]', 'null']);
      for (const caller of [grants(), holder]) expectRefusal(await caller.policy(name), 404, 'ACL policy not found');
      expectRefusal(await grants().versions(name), 404, 'ACL policy not found');
      expectRefusal(await grants().version(name, 1), 404, 'ACL policy version not found');
      expectRefusal(await grants().putRole({ Name: named('r'), Policies: linksTo(name) }), 400, `cannot find policy ${name}`);
    });

    test('are not written, deleted or restored here: 400 that names the surface that does, and nothing is changed', async () => {
      const name = await document(fixture()[where]);
      const text = `policy "${name}" applies to everyone: use /v1/policy/${name}`;
      for (const reply of [await grants().put(name), await grants().drop(name), await grants().restore(name, { Version: 1 })]) expectRefusal(reply, 400, text);
      expect(expectJson<{ text: string }>(await grants().api.send('GET', `/v1/policy/${name}`)).text).toBe(RULES);
    });

    test('leave their name to a policy once they are deleted, and neither shows or restores the other\'s texts', async () => {
      const name = await document(fixture()[where]);
      succeeded(await grants().api.send('DELETE', `/v1/policy/${name}`), 'delete');
      expectEmpty(await grants().put(name));
      expect(expectJson<{ Version: number }[]>(await grants().versions(name)).map(({ Version }) => Version)).toEqual([2]);
      expectRefusal(await grants().restore(name, { Version: 1 }), 400, `policy "${name}" applies to everyone: use /v1/policy/${name}`);
    });

    test('that the system has defined are read-only here too', async () => {
      await until('the system documents are there', async () => (await fixture().us.send('GET', '/v1/policy/clusterPermissions')).status === 200);
      const text = 'policy "clusterPermissions" is defined by the system and read-only: write one of another name';
      for (const reply of [await grants().put('clusterPermissions'), await grants().drop('clusterPermissions')]) expectRefusal(reply, 400, text);
      expect(await grants().names()).not.toContain('clusterPermissions');
    });
  });
}

/** A document of a name that no other test uses. */
async function document(api: AclApi): Promise<string> {
  const name = named('d');
  const reply: Reply = await api.send('PUT', `/v1/policy/${name}`, { body: { name, text: RULES } });
  succeeded(reply, 'document');
  return name;
}
