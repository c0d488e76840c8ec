import { validator } from '@mintmark/contract';
import { describe, expect, test } from 'vitest';
import type { AclApi } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { grpcVerdict } from '../support/grpc-verdict.ts';
import { json, type Reply } from '../support/http.ts';
import { type AccessTokenJson, asks, makes, type Scene, sceneOf, TOKENS } from './access-tokens.ts';
import { person, succeeds } from './people.ts';
import { login, verdictOf } from './sessions.ts';

const { Verdict } = validator;

/** How far personal tokens reach, and the sessions by which they are made. */
export function tokenReachSuite(fixture: () => Fixture): void {
  let made: Promise<Scene> | undefined;
  const scene = (): Promise<Scene> => {
    made ??= sceneOf(fixture());
    return made;
  };
  const api = (): AclApi => fixture().us;
  const judge = (token: string) => verdictOf(api(), 'personal', token);

  describe('the reach of personal tokens', () => {
    test('a token counts from its networks only', async () => {
      const { std, O1 } = await scene();
      const here = await makes(fixture(), api(), std, { organizations: [O1.id], role: 'Standard', networks: ['127.0.0.0/8', '::1'] });
      const elsewhere = await makes(fixture(), api(), std, { organizations: [O1.id], role: 'Standard', networks: ['192.0.2.0/24'] });
      expect([await judge(here.token), await judge(elsewhere.token)]).toMatchObject([{ verdict: 'allow' }, { verdict: 'deny' }]);
      const from = (source: string) => Promise.all([here, elsewhere].map(async ({ token }) => (await verdictOf(api(), 'personal', token, { source })).verdict));
      expect([await from('192.0.2.7'), await from('::ffff:127.1.2.3')]).toEqual([['deny', 'allow'], ['allow', 'deny']]);
      const credential = { dialect: 'personal', value: elsewhere.token };
      for (const source of ['nonsense', '', '192.0.2.7:443', 3]) {
        const refused = await api().call('POST', '/v1/validate', { body: { credential: { ...credential, source } } });
        expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('credential.source must be')]);
      }
      const overGrpc = (source?: string): Promise<validator.Verdict> => grpcVerdict(api().region.grpc, { ...credential, source });
      expect([await overGrpc(), await overGrpc('192.0.2.7')]).toEqual([Verdict.VERDICT_DENY, Verdict.VERDICT_ALLOW]);
      await expect(overGrpc('nonsense')).rejects.toThrow('credential.source must be an IP address');
    });

    test('by a session in one tenant somebody makes, sees and revokes tokens of that tenant only', async () => {
      const { adv, O1, O2 } = await scene();
      const { ApprendaSessionToken: session } = await login(fixture(), api(), adv, 'account', { tenantAlias: O1.alias });
      const inO1 = (method: string, path = '', body?: object): Promise<Reply> =>
        api().call(method, `${TOKENS}${path}`, { headers: { ApprendaSessionToken: session }, ...(body === undefined ? {} : { body }) });
      const wanted = { name: 'script', expiry: 'Never', role: 'Standard' };
      for (const reach of [{ dynamicAccess: true }, { organizations: [O2.id] }, { organizations: [O1.id, O2.id] }]) {
        const refused = await inO1('POST', '', { ...wanted, ...reach });
        expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('for that tenant only')]);
      }
      const made = json<AccessTokenJson>(succeeds(await inO1('POST', '', { ...wanted, organizations: [O1.id] }), 201));
      fixture().secrets.add(made.token);
      const ofO2 = await makes(fixture(), api(), adv, { organizations: [O2.id], role: 'Standard' });
      const both = await makes(fixture(), api(), adv, { dynamicAccess: true, role: 'Standard' });
      const ids = json<AccessTokenJson[]>(await inO1('GET')).map(({ id }) => id);
      expect([made, both, ofO2].map(({ id }) => ids.includes(id))).toEqual([true, true, false]);
      expect([(await inO1('GET', `/${ofO2.id}`)).status, (await inO1('POST', `/${ofO2.id}/revoke`)).status]).toEqual([404, 404]);
      expect((await inO1('POST', `/${made.id}/revoke`)).status).toBe(200);
      expect([await judge(made.token), await judge(ofO2.token)]).toMatchObject([{ verdict: 'deny' }, { verdict: 'allow' }]);
    });

    test('an organization that was deleted counts nowhere: neither for the tenant of a login nor for what a session may do', async () => {
      const people = person(fixture());
      const [kept, removed] = [await people.organization(), await people.organization()];
      const who = await people.user({ organizations: [removed, kept].map(({ id }) => ({ organization: id, role: 'Standard' })) });
      const asked = { name: 'script', expiry: 'Never', role: 'Standard', dynamicAccess: true };
      const by = (session: string): Promise<Reply> => api().call('POST', TOKENS, { headers: { ApprendaSessionToken: session }, body: asked });
      const { ApprendaSessionToken: inRemoved } = await login(fixture(), api(), who, 'account', { tenantAlias: removed.alias });
      succeeds(await api().send('DELETE', `/v1/organizations/${removed.id}`), 204);
      expect((await by(inRemoved)).status).toBe(401);
      const { ApprendaSessionToken: inKept } = await login(fixture(), api(), who, 'account');
      const made = json<AccessTokenJson>(succeeds(await by(inKept), 201));
      fixture().secrets.add(made.token);
      expect(made.organizations).toEqual([kept.id]);
      expect((await asks(api(), who, 'POST', '', { ...asked, dynamicAccess: false, organizations: [removed.id] })).status).toBe(403);
    });

    test('a session for the Platform Operations API counts no longer where its user is no platform operator any more', async () => {
      const { O1 } = await scene();
      const people = person(fixture());
      const organizations = [{ organization: O1.id, role: 'Standard' }];
      const who = await people.user({ platformOperator: true, organizations });
      const { ApprendaSessionToken: session } = await login(fixture(), api(), who);
      const make = (): Promise<Reply> => api().call('POST', TOKENS, { headers: { ApprendaSessionToken: session }, body: { name: 'script', expiry: 'Never', role: 'Standard', organizations: [O1.id] } });
      fixture().secrets.add(json<AccessTokenJson>(succeeds(await make(), 201)).token);
      await people.change(who, { organizations });
      expect([(await make()).status, await verdictOf(api(), 'session', session)]).toMatchObject([401, { verdict: 'deny' }]);
    });
  });
}
