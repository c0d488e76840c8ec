import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { until } from '../support/until.ts';
import { person } from '../people/people.ts';
import { type ApiErrorJson, appToken, bearer, bindHttp, createJob, drop, HTTP, type Issued, type JobJson, LINUX, mayIssue, newJob, policy } from './support.ts';

/** Jobs, services and bindings as records. */
export function recordSuite(fixture: () => Fixture): void {
  describe('records', () => {
    test('AC-16 AC-18 AC-19 AC-20 a capsule with egress, bound to the HTTP service, is two started jobs', async () => {
      const { us, all } = fixture();
      const job = newJob();
      const created = await createJob(us, job, { packages: [{ fqn: LINUX }], allow_egress: true });
      expect(created.packages).toEqual([{ fqn: LINUX }]);
      expect(Object.values(created.bindings).map(({ service_fqn }) => service_fqn)).toEqual(['service::/apcera::outside']);
      const { uuid } = await bindHttp(fixture(), us, job);
      expect(uuid).toMatch(/^[0-9a-f-]{36}$/);
      const name = job.slice(job.lastIndexOf('::') + 2);
      for (const api of all) {
        const jobs = await until('both jobs are there', async () => {
          const found = json<JobJson[]>(await api.send('GET', '/v1/jobs', { query: { fqn: job, matchPartialFQN: 'true' } }));
          return found.length === 2 && found;
        });
        for (const one of jobs) {
          expect(one.name).toMatch(new RegExp(`^${name}(/http/[0-9a-f]{8})?$`));
          expect(one).toMatchObject({ state: 'started', num_instances: 1, type: 'job', namespace: '/sandbox/admin' });
        }
      }
      expect((await us.send('POST', '/v1/jobs', { body: { fqn: job } })).status).toBe(409);
      expect((await us.send('POST', '/v1/bindings', { body: { job_fqn: job, service_fqn: HTTP } })).status).toBe(409);
    });

    test('AC-22 connecting to a capsule is answered 501 in every region, as nothing is run; strangers learn nothing', async () => {
      const { us, all } = fixture();
      const { uuid } = await createJob(us, newJob());
      for (const api of all) {
        const refused = await until('the job is there', async () => {
          const reply = await api.send('POST', `/v1/jobs/${uuid}/connect`);
          return reply.status !== 404 && reply;
        });
        expect([refused.status, json<ApiErrorJson>(refused)]).toEqual([501, expect.objectContaining({ code: 501, client_side: false, retry: false, message: expect.stringContaining('not run here') as string })]);
      }
      expect((await us.call('POST', `/v1/jobs/${uuid}/connect`)).status).toBe(401);
      expect((await us.send('POST', `/v1/jobs/${crypto.randomUUID()}/connect`)).status).toBe(404);
    });

    test('AC-24 apc is downloaded from every region without a credential, with and without a file name', async () => {
      for (const { region } of fixture().all) {
        for (const path of ['linux_amd64', 'linux_amd64/', 'linux_amd64/apc.zip', 'darwin/apc.zip']) {
          const reply = await fetch(`${region.http}/v1/apc/download/${path}`);
          expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/zip']);
          const archive = Buffer.from(await reply.arrayBuffer());
          expect(Object.entries(unzipSync(archive)).map(([name, bytes]) => [name, strFromU8(bytes)])).toEqual([['apc', expect.stringMatching(/^#!\/bin\/sh\n.*\nexec mintmark "\$@"\n$/)]]);
        }
        expect((await fetch(`${region.http}/v1/apc/download/amiga/apc.zip`)).status).toBe(404);
        expect((await fetch(`${region.http}/v1/apc/download/linux/other.zip`)).status).toBe(404);
      }
    });

    test('AC-31 AC-13 a job that policy makes an admin makes another job, which names it as its maker', async () => {
      const { us } = fixture();
      const job = newJob();
      await policy(us, mayIssue(job));
      await createJob(us, job);
      const { credential } = await bindHttp(fixture(), us, job);
      const headers = bearer((await appToken(fixture(), us, credential)).access_token);
      const ask = () => us.call('POST', '/v1/jobs', { headers, body: { fqn: `${job}2`, packages: [LINUX] } });
      expect((await ask()).status).toBe(403);
      const { text } = json<{ text: string }>(await us.send('GET', '/v1/policy/adminUsers'));
      await policy(us, text.replaceAll(/^on .*\{$/gm, (realm) => `${realm}\n  if (auth_server@apcera.me->name == "${job}") { role admin }`), 'adminUsers');
      try {
        const second = await ask();
        expect([second.status, json<JobJson>(second).created_by]).toEqual([200, job]);
      } finally {
        await policy(us, text, 'adminUsers');
      }
    });

    test('AC-32 AC-14 without the right on packages the refusal says so in the exact words', async () => {
      const { us } = fixture();
      const job = newJob();
      await policy(us, `${mayIssue(job)} job::/ { if (auth_server@apcera.me->name == "${job}") { role admin } }`);
      await createJob(us, job);
      const { credential } = await bindHttp(fixture(), us, job);
      const headers = bearer((await appToken(fixture(), us, credential)).access_token);
      const refused = await us.call('POST', '/v1/jobs', { headers, body: { fqn: `${job}2`, packages: [LINUX] } });
      expect(refused.status).toBe(403);
      expect(json<ApiErrorJson>(refused)).toMatchObject({
        code: 403,
        message: `Not allowed to read "${LINUX}" by policy: missing claim "permit read" on "${LINUX}"`,
        missing_claims: [`permit read on ${LINUX}`],
      });
    });

    test('AC-03 a job is made from an image that docker.allow permits, and from no other', async () => {
      const { us } = fixture();
      const job = newJob();
      const image = 'https://registry-1.docker.io/library/nats:latest';
      const rule = `if (auth_server@apcera.me->name == "${job}")`;
      await policy(us, `${mayIssue(job)} job::/ { ${rule} { role admin } }`);
      await createJob(us, job);
      const { credential } = await bindHttp(fixture(), us, job);
      const headers = bearer((await appToken(fixture(), us, credential)).access_token);
      const ask = () => us.call('POST', '/v1/jobs/docker', { headers, body: { image_url: image, job_fqn: `${job}nats`, start: true } });
      const refused = await ask();
      expect([refused.status, json<ApiErrorJson>(refused).message]).toEqual([
        403,
        `Docker image "${image}" not allowed by policy: missing claim "docker.allow \\"${image}\\"" on "${job}nats"`,
      ]);
      await policy(us, 'job::/sandbox/admin { { docker.allow "*" } }', named('docker'));
      const made = await ask();
      expect(made.status).toBe(200);
      expect((await us.call('GET', json<{ location: string }>(made).location, { headers })).status).toBe(200);
    });

    test('binding takes the claim on both sides', async () => {
      const { us } = fixture();
      const [tom, job] = [newJob(), newJob()];
      const service = `service::/sandbox/tom::${named('s').replaceAll(/\W/g, '')}`;
      for (const fqn of [tom, job]) await createJob(us, fqn);
      expect((await us.send('POST', '/v1/services', { body: { fqn: service, type: 'generic' } })).status).toBe(200);
      const { credential } = await bindHttp(fixture(), us, tom);
      await policy(us, mayIssue(tom));
      const headers = bearer((await appToken(fixture(), us, credential)).access_token);
      const bind = async (): Promise<readonly string[]> =>
        json<ApiErrorJson>(await us.call('POST', '/v1/bindings', { headers, body: { job_fqn: job, service_fqn: service } })).missing_claims;
      expect(await bind()).toEqual([`permit bind on ${job}`]);
      await policy(us, `${job} { if (service fqnMatch "service::/sandbox/tom") { permit bind } }`);
      expect(await bind()).toEqual([`permit bind on ${service}`]);
      await policy(us, `${service} { if (job fqnMatch "job::/sandbox/admin") { permit bind } }`);
      expect((await us.call('POST', '/v1/bindings', { headers, body: { job_fqn: job, service_fqn: service } })).status).toBe(200);
    });

    test('the working namespace is the one that policy sets, else the job has its own and a user a sandbox', async () => {
      const { us } = fixture();
      const job = newJob();
      await createJob(us, job);
      const { credential } = await bindHttp(fixture(), us, job);
      await policy(us, mayIssue(job));
      const user = await person(fixture()).user({ username: `${named('ann')}@example.com` });
      const login = json<Issued>(await us.call('POST', '/v1/oauth2/token', { body: { username: user.username, password: user.password } }));
      fixture().secrets.add(login.access_token);
      const tokens = [login.access_token, (await appToken(fixture(), us, credential)).access_token];
      const namespaces = () => Promise.all(tokens.map(async (token) => json<{ namespace: string }>(await us.call('GET', '/v1/namespace/default', { headers: bearer(token) })).namespace));
      expect(await namespaces()).toEqual([`/sandbox/${user.username.split('@')[0]}`, '/sandbox/admin']);
      const rule = (claim: string): string => `auth::/ { if (auth_server@apcera.me->name == "${user.username}" || auth_server@apcera.me->name == "${job}") { ${claim} } }`;
      const document = await policy(us, rule('defaultNamespace "/sandbox/demo"'));
      expect(await namespaces()).toEqual(['/sandbox/demo', '/sandbox/demo']);
      await policy(us, rule('defaultNamespacePrefix "/teams"'), document);
      expect(await namespaces()).toEqual([`/teams/${user.username.split('@')[0]}`, `/teams/${job.slice(job.lastIndexOf('::') + 2)}`]);
      await drop(us, document);
    });

    test('bad input is refused by field, unknown ids are 404, and no credential is 401', async () => {
      const { us } = fixture();
      const ask = async (method: string, path: string, body?: object) => json<ApiErrorJson>(await us.send(method, path, body === undefined ? {} : { body }));
      expect(await ask('POST', '/v1/jobs', {})).toMatchObject({ code: 400, message: 'fqn must be a string' });
      expect(await ask('POST', '/v1/jobs', { fqn: 'job::/a' })).toMatchObject({ code: 400 });
      expect(await ask('POST', '/v1/jobs', { fqn: newJob(), packages: ['package::/a::b'] })).toMatchObject({ code: 400 });
      expect(await ask('POST', '/v1/jobs', { fqn: newJob(), num_instances: -1 })).toMatchObject({ code: 400 });
      expect(await ask('POST', '/v1/unbind', { job: 'x', service: HTTP })).toMatchObject({ code: 400 });
      expect(await ask('GET', '/v1/jobs?colour=red')).toMatchObject({ code: 400 });
      expect(await ask('GET', `/v1/jobs/${crypto.randomUUID()}`)).toMatchObject({ code: 404 });
      expect(json<ApiErrorJson>(await us.call('GET', '/v1/services'))).toMatchObject({ code: 401, token_invalid: true });
      for (const path of ['/v1/version', '/v1/info', '/v1/packages', '/v1/bindings', '/v1/namespace/default']) expect((await us.send('GET', path)).status).toBe(200);
    });
  });
}
