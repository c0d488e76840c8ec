import { describe, expect, test } from 'vitest';
import { named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { until } from '../support/until.ts';
import { person } from '../people/people.ts';
import { type ApiErrorJson, appToken, askAppToken, bearer, bindHttp, claimsOf, createJob, drop, HTTP, type Issued, type JobJson, mayIssue, newJob, policy } from './support.ts';

/** What policy issues to jobs and users, and what it is worth. */
export function tokenSuite(fixture: () => Fixture): void {
  describe('app tokens', () => {
    test('AC-06 permit issue on the name of the job lets it have a token, which a region signs for every region', async () => {
      const { us, all } = fixture();
      const job = newJob();
      await policy(us, mayIssue(job));
      await createJob(us, job);
      const { credential } = await bindHttp(fixture(), us, job);
      for (const api of all) {
        await until('the binding is there', async () => (await askAppToken(api, credential)).status === 200);
        const { access_token } = await appToken(fixture(), api, credential);
        expect(claimsOf(access_token)).toMatchObject({ sub: job, name: job, type: 'JOB' });
        for (const other of all) expect((await other.call('GET', '/v1/services', { headers: bearer(access_token) })).status).toBe(200);
      }
    });

    test('AC-07 AC-30 without it none is issued, and after it is taken away none is renewed', async () => {
      const { us } = fixture();
      const job = newJob();
      await createJob(us, job);
      const { credential } = await bindHttp(fixture(), us, job);
      const refused = await askAppToken(us, credential);
      expect([refused.status, json<ApiErrorJson>(refused)]).toMatchObject([403, { missing_claims: [`permit issue on ${job}`] }]);
      const document = await policy(us, mayIssue(job));
      const { access_token } = await appToken(fixture(), us, credential);
      await drop(us, document);
      expect((await askAppToken(us, credential)).status).toBe(403);
      expect((await us.call('GET', '/v1/services', { headers: bearer(access_token) })).status).toBe(200);
    });

    test('AC-08 AC-33 tokenTimeout is the lifetime, the default half an hour, and a token ends when it says', async () => {
      const { us } = fixture();
      const job = newJob();
      await createJob(us, job);
      const { credential } = await bindHttp(fixture(), us, job);
      const document = await policy(us, mayIssue(job));
      const lifetime = async (): Promise<number> => {
        const { access_token, expires_in } = await appToken(fixture(), us, credential);
        const { exp, iat } = claimsOf(access_token);
        expect(expires_in).toBe(exp - iat);
        return exp - iat;
      };
      expect(await lifetime()).toBe(1_800);
      await policy(us, mayIssue(job, '3600s'), document);
      expect(await lifetime()).toBe(3_600);
      await policy(us, mayIssue(job, '2s'), document);
      const { access_token } = await appToken(fixture(), us, credential);
      const status = async (): Promise<number> => (await us.call('GET', '/v1/services', { headers: bearer(access_token) })).status;
      expect(await status()).toBe(200);
      await until('the token has ended', async () => (await status()) === 401);
    });

    test('AC-37 permit issue and its removal in one region are enforced in the others, and for tokens that are out already', async () => {
      const { us, eu, ap } = fixture();
      const job = newJob();
      await createJob(us, job);
      const { credential } = await bindHttp(fixture(), us, job);
      const status = async (): Promise<number> => (await askAppToken(eu, credential)).status;
      const document = await policy(us, mayIssue(job));
      await until('the other region issues', async () => (await status()) === 200);
      const headers = bearer((await appToken(fixture(), eu, credential)).access_token);
      const reads = async (): Promise<boolean> => json<JobJson[]>(await ap.call('GET', '/v1/jobs', { headers })).length > 0;
      expect(await reads()).toBe(false);
      const rights = await policy(us, `job::/ { if (auth_server@apcera.me->name == "${job}") { permit read } }`);
      await until('the third region lets it read', reads);
      await drop(us, rights);
      await until('the third region lets it read no more', async () => !(await reads()));
      await drop(us, document);
      await until('the other region issues no more', async () => (await status()) === 403);
    });

    test.each([
      ['AC-09', 'name', (job: string) => `${job}2`],
      ['AC-17', 'namespace', (job: string) => job.replace('/sandbox/admin', '/sandbox/other')],
    ] as const)('%s a job of another %s gets no token', async (_id, _what, nameOf) => {
      const { us } = fixture();
      const job = newJob();
      await policy(us, mayIssue(job));
      const other = nameOf(job);
      await createJob(us, other);
      const { credential } = await bindHttp(fixture(), us, other);
      const refused = await askAppToken(us, credential);
      expect([refused.status, json<ApiErrorJson>(refused).missing_claims]).toEqual([403, [`permit issue on ${other}`]]);
    });

    test('AC-10 a rule with the name of a job lets the job in and no user, and the other way round', async () => {
      const { us } = fixture();
      const job = newJob();
      await policy(us, mayIssue(job));
      await createJob(us, job);
      const { credential } = await bindHttp(fixture(), us, job);
      const user = await person(fixture()).user();
      const login = await us.call('POST', '/v1/oauth2/token', { body: { username: user.username, password: user.password } });
      const issued = { job: await appToken(fixture(), us, credential), user: json<Issued>(login) };
      fixture().secrets.add(issued.user.access_token);
      const sees = async ({ access_token }: Issued): Promise<boolean> =>
        json<JobJson[]>(await us.call('GET', '/v1/jobs', { headers: bearer(access_token), query: { fqn: job } })).length === 1;
      const rule = (name: string): string => `${job} { if (auth_server@apcera.me->name == "${name}") { permit read } }`;
      const document = await policy(us, rule(job));
      expect([await sees(issued.job), await sees(issued.user)]).toEqual([true, false]);
      await policy(us, rule(user.username), document);
      expect([await sees(issued.job), await sees(issued.user)]).toEqual([false, true]);
    });

    test('AC-29 nothing but the credential of a binding gets an app token', async () => {
      const { us } = fixture();
      const root = us.secret ?? '';
      for (const headers of [{}, bearer(root), bearer('mmbind_us-east_1_x'), { 'x-forwarded-for': '127.0.0.1', 'x-apcera-pipeline': 'true' }, { 'x-nomad-token': root }]) {
        const reply = await us.call('POST', '/v1/oauth2/apptoken', { headers });
        expect([reply.status, json<ApiErrorJson>(reply).token_invalid]).toEqual([401, true]);
      }
    });

    test('AC-23 AC-02 a token lists the services that it may read, and no others', async () => {
      const { us } = fixture();
      const job = newJob();
      const name = named('svc').replaceAll(/\W/g, '');
      const [mine, other] = [`service::/mine/${name}::redis`, `service::/other/${name}::redis`];
      for (const fqn of [mine, other]) expect((await us.send('POST', '/v1/services', { body: { fqn, type: 'generic' } })).status).toBe(200);
      await createJob(us, job);
      const { credential } = await bindHttp(fixture(), us, job);
      await policy(us, `${mayIssue(job)} service::/mine { if (auth_server@apcera.me->name == "${job}") { permit read } }`);
      const { access_token } = await appToken(fixture(), us, credential);
      const services = json<{ uuid: string; fqn: string }[]>(await us.call('GET', '/v1/services', { headers: bearer(access_token) }));
      expect(services.filter(({ fqn }) => fqn.endsWith(`${name}::redis`))).toEqual([expect.objectContaining({ fqn: mine, uuid: expect.any(String) as string })]);
      expect(services.some(({ fqn }) => fqn === HTTP)).toBe(false);
    });

    test('deleting the job, or its binding, ends what it gets; its tokens die with the job alone', async () => {
      const { us, eu } = fixture();
      const job = newJob();
      await policy(us, mayIssue(job));
      const { uuid } = await createJob(us, job);
      const { credential } = await bindHttp(fixture(), us, job);
      const { access_token } = await appToken(fixture(), us, credential);
      const status = async (): Promise<number> => (await us.call('GET', '/v1/jobs', { headers: bearer(access_token) })).status;
      expect((await us.send('POST', '/v1/unbind', { body: { job, service: HTTP } })).status).toBe(200);
      expect([(await askAppToken(us, credential)).status, await status()]).toEqual([401, 200]);
      expect((await us.send('DELETE', `/v1/jobs/${uuid}`)).status).toBe(200);
      expect(await status()).toBe(401);
      await createJob(us, job);
      expect(await status()).toBe(401);
      await until('the other region refuses it', async () => (await eu.call('GET', '/v1/jobs', { headers: bearer(access_token) })).status === 401);
    });

    test('P9 no other dialect takes an app token, and this one takes none of theirs', async () => {
      const { us } = fixture();
      const job = newJob();
      await policy(us, mayIssue(job));
      await createJob(us, job);
      const { credential } = await bindHttp(fixture(), us, job);
      const { access_token } = await appToken(fixture(), us, credential);
      const judged = async (dialect: string, value: string): Promise<string> =>
        json<{ verdict: string }>(await us.call('POST', '/v1/validate', { body: { credential: { dialect, value } } })).verdict;
      expect(await judged('workload', access_token)).toBe('allow');
      for (const dialect of ['acl', 'oauth', 'personal', 'session']) expect([dialect, await judged(dialect, access_token)]).toEqual([dialect, 'deny']);
      expect(await judged('workload', us.secret ?? '')).toBe('deny');
      expect(await judged('workload', credential)).toBe('deny');
      expect((await us.call('GET', '/v1/acl/tokens', { headers: bearer(access_token) })).status).toBe(403);
      expect((await us.call('GET', '/v1/jobs', { token: access_token })).status).toBe(401);
      expect((await us.call('GET', '/v1/jobs', { headers: bearer(credential) })).status).toBe(401);
    });
  });

  describe('user tokens', () => {
    test('AC-04 an administrator signs in with a password and administrates by policy; a wrong password is 401', async () => {
      const { us, secrets } = fixture();
      const admin = await person(fixture()).user({ username: 'admin' });
      const login = (password: string) => us.call('POST', '/v1/oauth2/token', { body: { username: 'admin', password } });
      const { access_token, expires_in } = json<Issued>(await login(admin.password));
      secrets.add(access_token);
      expect(expires_in).toBe(86_400);
      expect((await login('wrong-wrong-wrong')).status).toBe(401);
      const form = await us.call('POST', '/v1/oauth2/token', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ grant_type: 'password', username: 'admin', password: admin.password }).toString(),
      });
      expect(form.status).toBe(200);
      secrets.add(json<Issued>(form).access_token);
      const headers = bearer(access_token);
      const job = newJob();
      const created = await us.call('POST', '/v1/jobs', { headers, body: { fqn: job } });
      expect(json<JobJson>(created)).toMatchObject({ fqn: job, created_by: 'admin', state: 'started' });
      const document = named('by-admin');
      expect((await us.call('PUT', `/v1/policy/${document}`, { headers, body: { name: document, text: mayIssue(job) } })).status).toBe(200);
      expect((await us.call('GET', '/v1/namespace/default', { headers })).text).toContain('/sandbox/admin');
      await person(fixture()).change(admin, { disabled: true });
      expect((await us.call('GET', '/v1/jobs', { headers })).status).toBe(401);
    });
  });
}
