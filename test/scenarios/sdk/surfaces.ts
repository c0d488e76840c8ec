import { randomBytes } from 'node:crypto';
import { MintmarkClient, type Presented } from '@mintmark/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { HTTP, mayIssue, newJob } from '../workload/support.ts';

/** The typed calls, each against a region that runs. */
export function surfaceSuite(fixture: () => Fixture): void {
  describe('calls', () => {
    let stack: AsyncDisposableStack;
    beforeEach(() => {
      stack = new AsyncDisposableStack();
    });
    afterEach(() => stack.disposeAsync());

    const as = (credential?: Presented): MintmarkClient => stack.use(new MintmarkClient({ address: fixture().us.region.http, ...(credential === undefined ? {} : { credential }) }));
    const root = (): MintmarkClient => as({ dialect: 'acl', value: fixture().us.secret ?? '' });
    const kept = (secret: string): string => {
      fixture().secrets.add(secret);
      return secret;
    };
    const password = (): string => kept(randomBytes(16).toString('hex'));

    test('organizations and users are made, listed by a filter, replaced and deleted', async () => {
      const { organizations, users } = root();
      const alias = named('o');
      const parent = await organizations.create({ name: 'Parent', alias: named('o') });
      const made = await organizations.create({ name: 'Acme', alias, parent: parent.id });
      expect(await organizations.list({ filter: `alias == "${alias}"` })).toEqual([made]);
      expect(await organizations.replace(made.id, { name: 'Acme Ltd', alias, parent: null })).toMatchObject({ id: made.id, name: 'Acme Ltd', parent: null });
      const username = `${named('u')}@example.com`;
      const user = await users.create({ username, password: password(), organizations: [{ organization: made.id, role: 'Standard' }] });
      expect(user).toMatchObject({ username, hasPassword: true, disabled: false });
      expect(await users.list({ filter: `username == "${username}"` })).toEqual([user]);
      expect(await users.replace(user.id, { username, password: null, organizations: [], disabled: true })).toMatchObject({ hasPassword: false, organizations: [], disabled: true });
      await users.delete(user.id);
      await expect(users.get(user.id)).rejects.toMatchObject({ code: 'not_found', status: 404 });
      await organizations.delete(made.id);
      await expect(organizations.get(made.id)).rejects.toMatchObject({ code: 'not_found' });
    });

    test('a person logs in, is seen by its sessions, and makes an access token that can be revoked', async () => {
      const { organizations, users, sessions } = root();
      const { id: organization } = await organizations.create({ name: 'Acme', alias: named('o') });
      const login = { username: `${named('u')}@example.com`, password: password() };
      const user = await users.create({ ...login, organizations: [{ organization, role: 'Standard' }], platformOperator: true });
      const { ApprendaSessionToken } = await sessions.begin(login);
      const token = kept(decodeURIComponent(ApprendaSessionToken));
      expect(await as({ dialect: 'session', value: token }).users.sessions('self')).toMatchObject([{ user: user.id, audience: 'soc' }]);
      expect(await sessions.setting('Authentication.SessionTimeoutInSeconds')).toEqual({ name: 'Authentication.SessionTimeoutInSeconds', value: 1_800 });
      await users.endSessions(user.id);
      expect(await root().validate({ dialect: 'session', value: token })).toMatchObject({ verdict: 'deny' });
      const { personalTokens } = as({ dialect: 'basic', ...login });
      const made = await personalTokens.create({ name: 'script', expiry: 'Never', organizations: [organization], role: 'View Only' });
      const { token: secret, ...shown } = made;
      kept(secret);
      expect(await personalTokens.list()).toEqual([shown]);
      expect(await root().validate({ dialect: 'personal', value: secret })).toMatchObject({ verdict: 'allow', principal: { organizations: [organization] } });
      expect(await personalTokens.revoke(made.id)).toMatchObject({ status: 'REVOKED' });
      expect(await root().reportLeaked([secret])).toEqual({ revoked: 0 });
    });

    test('an API client gets tokens by both of its paths, and they end with what they stand on', async () => {
      const { organizations, apiClients, oauth, signingKeys } = root();
      const { alias } = await organizations.create({ name: 'Acme', alias: named('o') });
      const made = await apiClients.create({ name: 'ci', account: alias, roles: ['Account Owner'], defaultExpirationSeconds: 60 });
      kept(made.clientSecret);
      expect(await apiClients.list({ account: alias })).toMatchObject([{ id: made.id, name: 'ci', roles: ['Account Owner'] }]);
      const client = { clientId: `ci@${alias}`, clientSecret: made.clientSecret };
      const { access_token, expires_in } = await root().accessToken(client);
      expect(expires_in).toBe(60);
      const own = as({ dialect: 'basic', username: client.clientId, password: client.clientSecret }).oauth;
      const granted = await own.token({ grant_type: 'client_credentials' });
      for (const token of [access_token, granted.access_token]) expect(await own.introspect(kept(token))).toMatchObject({ active: true, sub: 'ci' });
      await own.revoke(granted.access_token);
      expect(await own.introspect(granted.access_token)).toEqual({ active: false });
      const temporary = await apiClients.createTemporaryToken(made.id, { expirationSeconds: 3_600 });
      expect(temporary.expires_in).toBe(3_600);
      await apiClients.revokeTemporaryToken(made.id);
      expect(await oauth.introspect(kept(temporary.access_token))).toEqual({ active: false });
      kept((await apiClients.createSecret(made.id, { revokeOthers: true })).clientSecret);
      await expect(root().accessToken(client)).rejects.toMatchObject({ code: 'unauthenticated' });
      expect(await apiClients.update(made.id, { enabled: false })).toMatchObject({ enabled: false });
      await apiClients.delete(made.id);
      await expect(apiClients.get(made.id)).rejects.toMatchObject({ code: 'not_found' });
      expect((await oauth.keys()).keys.length).toBeGreaterThan(0);
      expect((await signingKeys.list()).map(({ region }) => region)).toContain(fixture().us.region.name);
    });

    test('a job is bound to a service by documents, and calls as itself', async () => {
      const { jobs, services, documents } = root();
      const fqn = newJob();
      const job = await jobs.create({ fqn, tags: { team: 'sdk' }, allow_egress: true });
      expect(await jobs.list({ fqn })).toEqual([job]);
      expect(await jobs.update(job.uuid, { state: 'stopped' })).toMatchObject({ uuid: job.uuid, state: 'stopped' });
      const redis = await services.create({ fqn: `service::/sandbox/admin::${named('s').replaceAll(/\W/g, '')}`, parameters: { port: 6379 } });
      expect(await services.get(redis.uuid)).toEqual(redis);
      const { credential = '', ...binding } = await services.bind({ job_fqn: fqn, service_fqn: HTTP });
      kept(credential);
      expect(await services.binding(binding.uuid)).toEqual(binding);
      const pipeline = as({ dialect: 'workload', value: credential }).cluster;
      await expect(pipeline.appToken()).rejects.toMatchObject({ code: 'forbidden' });
      const name = named('doc');
      await documents.create(name, { text: mayIssue(fqn) });
      const text = `${mayIssue(fqn)} service::/sandbox/admin { if (auth_server@apcera.me->name == "${fqn}") { permit read } }`;
      expect(await documents.save(name, { text })).toEqual({ name, text, warnings: [] });
      expect((await documents.versions(name)).map(({ version }) => version)).toEqual([2, 1]);
      const { access_token } = await pipeline.appToken();
      const own = as({ dialect: 'workload', value: kept(access_token) });
      expect((await own.services.list()).map(({ uuid }) => uuid)).toEqual([redis.uuid]);
      expect(await own.cluster.namespace()).toBe('/sandbox/admin');
      expect(await documents.restore(name, 1)).toMatchObject({ version: 3, text: mayIssue(fqn) });
      expect(await own.services.list()).toEqual([]);
      await services.unbind({ job: fqn, service: HTTP });
      await expect(pipeline.appToken()).rejects.toMatchObject({ code: 'unauthenticated' });
      await jobs.delete(job.uuid);
      await expect(own.services.list()).rejects.toMatchObject({ code: 'unauthenticated' });
      await documents.delete(name);
      await services.delete(redis.uuid);
    });

    test('a policy and a role are changed and brought back, and a single-use secret stands for a token once', async () => {
      const { acl } = root();
      const Name = named('p');
      await acl.writePolicy({ Name, Rules: 'job::/a { { permit read } }' });
      await acl.writePolicy({ Name, Rules: 'job::/b { { permit read } }' });
      expect((await acl.policyVersions(Name)).map(({ Version }) => Version)).toEqual([2, 1]);
      await acl.restorePolicy(Name, 1);
      expect(await acl.policy(Name)).toMatchObject({ Rules: 'job::/a { { permit read } }' });
      const role = await acl.createRole({ Name: named('r'), Policies: [{ Name }] });
      expect(await acl.updateRole(role.ID, { Name: role.Name, Description: 'changed', Policies: [{ Name }] })).toMatchObject({ ID: role.ID, Description: 'changed' });
      expect(await acl.roleNamed(role.Name)).toMatchObject({ ID: role.ID });
      const token = await acl.createToken({ Name: 'sdk', Type: 'client', Roles: [{ ID: role.ID }] });
      const own = as({ dialect: 'acl', value: kept(token.SecretID) }).acl;
      expect((await own.ownPolicies()).map((policy) => policy.Name)).toEqual([Name]);
      const { OneTimeSecretID } = await own.createOneTimeSecret();
      kept(OneTimeSecretID);
      expect(await as().acl.exchangeOneTimeSecret(OneTimeSecretID)).toMatchObject({ AccessorID: token.AccessorID });
      await expect(as().acl.exchangeOneTimeSecret(OneTimeSecretID)).rejects.toMatchObject({ code: 'forbidden' });
    });
  });
}
