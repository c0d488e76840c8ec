import { afterEach, describe, expect, test } from 'vitest';
import { type AclApi, named, succeeded } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { authorize, CAP, called, documentText, PACKAGE, putDocument, putPolicy, supposing } from './support.ts';

const STEP_TWO = 'on job::/sandbox/admin::mycaptoken {\n  { permit issue }\n  { tokenTimeout "3600s" }\n}\n';
const MISSING = `Not allowed to read "${PACKAGE}" by policy: missing claim "permit read" on "${PACKAGE}"`;

/** The tutorial's policies (seed page 000), saved and enforced. Names stand for jobs and users here. */
export function tutorialSuite(fixture: () => Fixture): void {
  describe('tutorial', () => {
    const saved: string[] = [];
    const save = async (api: AclApi, text: string): Promise<string> => {
      const name = named('doc');
      succeeded(await putDocument(api, name, text), 'save');
      saved.push(name);
      return name;
    };
    afterEach(async () => {
      for (const name of saved.splice(0)) succeeded(await fixture().us.send('DELETE', `/v1/policy/${name}`), 'delete');
    });

    test('AC-05 policy can be written for a job that does not exist yet', async () => {
      const { us } = fixture();
      const name = await save(us, STEP_TWO);
      expect(await documentText(us, name)).toBe(STEP_TWO);
      expect(json(await us.send('GET', '/v1/jobs', { query: { fqn: CAP } }))).toEqual([]);
      expect(await supposing(us, [called(CAP)], 'issue', CAP)).toMatchObject({ verdict: 'allow', explanation: { document: name, line: 2, claim: 'permit issue' } });
    });

    test('AC-09 a realm names exactly one job', async () => {
      const { us } = fixture();
      await save(us, STEP_TWO);
      for (const other of [`${CAP}2`, 'job::/sandbox/admin2::mycaptoken', 'job::/sandbox::mycaptoken', 'job::/sandbox/admin/x::mycaptoken']) {
        expect(await supposing(us, [called(other)], 'issue', other)).toMatchObject({ verdict: 'deny', missing: [`permit issue on ${other}`] });
      }
      expect((await supposing(us, [called(CAP)], 'read', CAP)).verdict).toBe('deny');
    });

    test('AC-10 a job is granted permissions by policy just like a user', async () => {
      const { us } = fixture();
      const rule = (name: string): string => `job::/dev { if (auth_server@apcera.me->name == "${name}") { permit read } }`;
      const verdicts = async (): Promise<string[]> => {
        const asked = [CAP, 'ann'].map((name) => supposing(us, [called(name)], 'read', 'job::/dev::a'));
        return (await Promise.all(asked)).map(({ verdict }) => verdict);
      };
      const name = await save(us, rule(CAP));
      expect(await verdicts()).toEqual(['allow', 'deny']);
      succeeded(await putDocument(us, name, rule('ann')), 'save');
      expect(await verdicts()).toEqual(['deny', 'allow']);
    });

    test('AC-11 a fresh cluster has the document adminUsers, with several realms', async () => {
      for (const api of fixture().all) expect((await documentText(api, 'adminUsers')).match(/^\s*(?:on )?\w+::\//gm)?.length).toBeGreaterThan(3);
    });

    test('AC-12 adminUsers can be read, and sent back unchanged', async () => {
      const { us } = fixture();
      const text = await documentText(us, 'adminUsers');
      expect((await putDocument(us, 'adminUsers', text)).status).toBe(200);
      expect(await documentText(us, 'adminUsers')).toBe(text);
    });

    test('AC-13 the rule added to each realm of adminUsers makes the job an admin', async () => {
      const { us } = fixture();
      const before = await documentText(us, 'adminUsers');
      const rule = `if (auth_server@apcera.me->name == "${CAP}") { role admin }`;
      try {
        succeeded(await putDocument(us, 'adminUsers', before.replace(/\{/, '{').replace(/^((?:on )?\w+::\/\S*)\s*\{/gm, `$1 {\n  ${rule}`)), 'save');
        for (const [verb, resource] of [['delete', 'job::/prod/x::y'], ['read', PACKAGE], ['create', 'service::/a::b'], ['update', 'policydoc::/::x']] as const) {
          expect([resource, (await supposing(us, [called(CAP)], verb, resource)).verdict]).toEqual([resource, 'allow']);
          expect([resource, (await supposing(us, [called('tom')], verb, resource)).verdict]).toEqual([resource, 'deny']);
        }
        expect((await supposing(us, [called(CAP)], 'issue', CAP)).verdict).toBe('deny');
      } finally {
        succeeded(await putDocument(us, 'adminUsers', before), 'restore');
      }
    });

    test('AC-14 AC-32 added to job::/ only, reading a package is denied in the exact words', async () => {
      const { us } = fixture();
      await save(us, `job::/ { if (>name == "${CAP}") { role admin } }`);
      expect((await supposing(us, [called(CAP)], 'delete', 'job::/prod/x::y')).verdict).toBe('allow');
      expect(await supposing(us, [called(CAP)], 'read', PACKAGE)).toMatchObject({
        verdict: 'deny',
        reason: 'missing_claim',
        message: MISSING,
        missing: [`permit read on ${PACKAGE}`],
      });
    });

    test('AC-15 saving applies the policy: denied before, allowed at once after', async () => {
      const { us } = fixture();
      for (let round = 0; round < 20; round += 1) {
        const resource = `job::/round/${round}::a`;
        expect((await supposing(us, [called('ann')], 'read', resource)).verdict).toBe('deny');
        await save(us, `job::/round/${round} { { permit read } }`);
        expect((await supposing(us, [called('ann')], 'read', resource)).verdict).toBe('allow');
      }
    });

    test('AC-34 a document above 512 KB and a malformed one are refused, and the old text stays', async () => {
      const { us } = fixture();
      const text = 'job::/old { { permit read } }';
      const name = await save(us, text);
      const large = await putDocument(us, name, `// ${'x'.repeat(512 * 1024)}\n${text}`);
      expect(large.status).toBe(400);
      expect(large.text).toContain('512');
      for (const [broken, line] of [
        ['on job::/a { { permit read }', 1],
        ['on job::/a {\n permit read }', 2],
        ['job::/a {\n\n if (x = 1) { permit read } }', 3],
      ] as const) {
        const refused = await putDocument(us, name, broken);
        expect(refused.status).toBe(400);
        expect(json<{ message: string }>(refused).message).toContain(`line ${line}`);
      }
      expect(await documentText(us, name)).toBe(text);
    });

    test('AC-35 editing a document needs the right on every realm in it', async () => {
      const { us } = fixture();
      await save(us, 'policy::/dev { if (acl->name == "bob" && ResType == "job") { permit update } }');
      const bob = us.as((await us.mint({ Name: 'bob', Global: true })).SecretID);
      const own = await save(us, 'job::/dev/x { { permit read } }');
      const mixed = await save(us, 'job::/dev/x { { permit read } } package::/dev { { permit read } }');
      const prod = await save(us, 'job::/prod { { permit read } }');
      expect((await putDocument(bob, own, 'job::/dev/x { { permit read, start } }')).status).toBe(200);
      expect((await putDocument(bob, own, 'job::/dev/x { { permit read } } job::/prod { { permit read } }')).status).toBe(403);
      expect((await putDocument(bob, mixed, 'job::/dev/x { { permit read } }')).status).toBe(403);
      expect((await putDocument(bob, prod, 'job::/dev { { permit read } }')).status).toBe(403);
      expect((await putDocument(bob, named('new'), 'job::/dev { { permit read } }')).status).toBe(403);
      expect((await bob.send('DELETE', `/v1/policy/${own}`)).status).toBe(403);
    });

    test('a policy held by a token is enforced for its holder and for nobody else', async () => {
      const { us, all } = fixture();
      const name = named('cap');
      succeeded(await putPolicy(us, name, `on ${CAP} { { permit read, start } }`), 'save');
      const [holder, other] = [await us.mint({ Policies: [name], Global: true }), await us.mint({ Global: true })];
      for (const api of all) {
        expect(await authorize(api.as(holder.SecretID), 'start', CAP)).toMatchObject({ verdict: 'allow', explanation: { document: name, line: 1, claim: 'permit start' } });
        expect((await authorize(api.as(other.SecretID), 'start', CAP)).verdict).toBe('deny');
        expect((await authorize(api.as(holder.SecretID), 'stop', CAP)).verdict).toBe('deny');
      }
    });
  });
}
