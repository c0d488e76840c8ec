import { randomBytes, randomUUID } from 'node:crypto';
import { DIALECTS, type Dialect } from '@mintmark/domain';
import { newClient } from '../oauth/client.ts';
import type { Fixture } from '../support/fixture.ts';
import { appToken, bindHttp, createJob, mayIssue, newJob, policy } from '../workload/support.ts';
import { makes } from './access-tokens.ts';
import { person } from './people.ts';
import { login } from './sessions.ts';

export type Credentials = Readonly<Record<Dialect, string>>;

/** A strong live credential of each dialect. */
export async function credentialsOf(fixture: Fixture): Promise<Credentials> {
  const { us } = fixture;
  const people = person(fixture);
  const { id, alias } = await people.organization();
  const who = await people.user({ platformOperator: true, organizations: [{ organization: id, role: 'Organization Admin' }] });
  const client = await newClient(fixture, { roles: ['Account Owner'] }, alias);
  const fqn = newJob();
  await policy(us, mayIssue(fqn));
  await createJob(us, fqn);
  const { credential } = await bindHttp(fixture, us, fqn);
  return {
    acl: (await us.mint({ Type: 'management', Global: true })).SecretID,
    oauth: (await client.grant()).access_token,
    personal: (await makes(fixture, us, who, { dynamicAccess: true, role: 'Organization Admin' })).token,
    session: (await login(fixture, us, who)).ApprendaSessionToken,
    workload: (await appToken(fixture, us, credential)).access_token,
  };
}

/** A credential of the same form that nobody was given. */
export const FORGED: Readonly<Record<Dialect, (value: string) => string>> = {
  acl: () => randomUUID(),
  oauth: otherSignature,
  personal: (value) => value.slice(0, -1) + (value.endsWith('0') ? '1' : '0'),
  session: () => encodeURIComponent(Buffer.from(`${randomUUID()}|${randomUUID()}`).toString('base64')),
  workload: otherSignature,
};

function otherSignature(jwt: string): string {
  return `${jwt.slice(0, jwt.lastIndexOf('.'))}.${randomBytes(64).toString('base64url')}`;
}

type Headers = Readonly<Record<string, string>>;

interface Way {
  /** The dialects whose way it is, each by the name that `/openapi.json` gives it. */
  readonly of: Partial<Readonly<Record<Dialect, string>>>;
  headers(value: string): Headers;
}

/** The ways to present a credential. */
export const WAYS = {
  'X-Nomad-Token': { of: { acl: 'aclToken' }, headers: (value) => ({ 'x-nomad-token': value }) },
  Bearer: { of: { acl: 'aclBearer', oauth: 'none', workload: 'jwt' }, headers: (value) => ({ authorization: `Bearer ${value}` }) },
  Token: { of: { personal: 'none' }, headers: (value) => ({ authorization: `Token ${value}` }) },
  ApprendaSessionToken: { of: { session: 'session' }, headers: (value) => ({ ApprendaSessionToken: value }) },
} as const satisfies Readonly<Record<string, Way>>;

/** Every dialect's credential in every way. */
export const CELLS: readonly (readonly [dialect: Dialect, name: string, way: Way])[] = DIALECTS.flatMap((dialect) => Object.entries(WAYS).map(([name, way]) => [dialect, name, way] as const));
