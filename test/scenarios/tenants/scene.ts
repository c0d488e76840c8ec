import { randomUUID } from 'node:crypto';
import { putPolicy } from '../decisions/support.ts';
import { newClient } from '../oauth/client.ts';
import { makes } from '../people/access-tokens.ts';
import { person, succeeds } from '../people/people.ts';
import { login } from '../people/sessions.ts';
import { named } from '../support/acl.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { appToken, bearer, bindHttp, createJob, mayIssue, newJob, policy } from '../workload/support.ts';

/** What a tenant has; `one` is the first version of whatever. */
export type Thing = (typeof THINGS)[number];
export const THINGS = [
  ...(['organization', 'user', 'session', 'personalToken', 'client', 'aclToken', 'aclPolicy', 'aclRole', 'aclRoleName'] as const),
  ...(['job', 'jobName', 'service', 'binding', 'document', 'one'] as const),
] as const;

export const CREDENTIALS = ['acl token', 'api client', 'personal token', 'session', 'password', 'job', 'nothing'] as const;
export type CredentialKind = (typeof CREDENTIALS)[number];

export interface Tenant {
  readonly ids: Readonly<Record<Thing, string>>;
  /** Texts that no answer to somebody else may hold. */
  readonly marks: readonly string[];
  readonly credentials: Readonly<Record<CredentialKind, Readonly<Record<string, string>>>>;
}

/** A tenant with one of everything, and every kind of credential. */
export async function tenantOf(fixture: Fixture): Promise<Tenant> {
  const { us } = fixture;
  const people = person(fixture);
  const organization = await people.organization();
  const admin = await people.user({ organizations: [{ organization: organization.id, role: 'Organization Admin' }] });
  const { ApprendaSessionToken: session } = await login(fixture, us, admin, 'account');
  const [sessionId = ''] = Buffer.from(decodeURIComponent(session), 'base64').toString().split('|');
  const personal = await makes(fixture, us, admin, { dynamicAccess: true, role: 'Organization Admin' });
  const client = await newClient(fixture, {}, organization.alias);
  const aclPolicy = named('tenant');
  await putPolicy(us, aclPolicy, `job::/${aclPolicy} { { permit read } }`);
  const { ID: aclRole } = json<{ ID: string }>(succeeds(await us.send('POST', '/v1/acl/role', { body: { Name: `${aclPolicy}-role`, Policies: [{ Name: aclPolicy }] } }), 200));
  const acl = await us.mint({ Type: 'client', Policies: [aclPolicy], Global: true });
  const workload = await workloadOf(fixture);
  const basic = Buffer.from(`${admin.username}:${admin.password}`).toString('base64');
  const ids = {
    ...{ organization: organization.id, user: admin.id, session: sessionId, personalToken: personal.id, client: client.id },
    ...{ aclToken: acl.AccessorID, aclPolicy, aclRole, aclRoleName: `${aclPolicy}-role`, one: '1', ...workload.ids },
  };
  return {
    ids,
    marks: [...Object.entries(ids).filter(([thing]) => thing !== 'one').map(([, id]) => id), organization.alias, admin.username, client.name],
    credentials: {
      'acl token': { 'x-nomad-token': acl.SecretID },
      'api client': bearer((await client.grant()).access_token),
      'personal token': { authorization: `Token ${personal.token}` },
      session: { ApprendaSessionToken: session },
      password: { authorization: `Basic ${basic}` },
      job: bearer(workload.token),
      nothing: {},
    },
  };
}

async function workloadOf(fixture: Fixture) {
  const { us } = fixture;
  const fqn = newJob();
  const document = await policy(us, mayIssue(fqn));
  const { uuid: job } = await createJob(us, fqn);
  const { uuid: binding, credential } = await bindHttp(fixture, us, fqn);
  const { access_token: token } = await appToken(fixture, us, credential);
  const service = json<{ uuid: string }>(succeeds(await us.send('POST', '/v1/services', { body: { fqn: `service::/tenants::${fqn.slice(fqn.lastIndexOf(':') + 1)}` } }), 200));
  return { ids: { job, jobName: fqn, service: service.uuid, binding, document }, token };
}

/** Ids of the same forms that nobody ever had. */
export function neverUsed(): Readonly<Record<Thing, string>> {
  const names: Partial<Record<Thing, string>> = { aclPolicy: named('tenant'), aclRoleName: `${named('tenant')}-role`, document: named('doc'), jobName: newJob(), one: '1' };
  return Object.fromEntries(THINGS.map((thing) => [thing, names[thing] ?? randomUUID()])) as Record<Thing, string>;
}
