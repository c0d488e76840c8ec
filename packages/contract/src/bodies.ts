import { JOB_STATES, revision, SIGNING_ALGORITHMS } from '@mintmark/domain';
import type { Bodies, Kind, LiveRecord, Origin, PolicyApplies, SecretAtRest } from '@mintmark/domain';
import type * as wire from './gen/mintmark/v1/record.ts';
import { MalformedRecord } from './malformed.ts';

type WireBody = NonNullable<wire.Record['body']>;
type Case = WireBody['$case'];
type Value<C extends Case> = Extract<WireBody, { $case: C }>['value'];

/** How one kind's body is told on the wire. What `toWire` writes `fromWire` reads back; for anything else that throws `MalformedRecord`. */
interface Codec<Body, C extends Case> {
  readonly case: C;
  toWire(body: Body): Value<C>;
  fromWire(value: Value<C>): Body;
}

function codec<Body, C extends Case>(name: C, toWire: (body: Body) => Value<C>, fromWire: (value: Value<C>) => Body): Codec<Body, C> {
  return { case: name, toWire, fromWire };
}

const CODECS = {
  token: codec<Bodies['token'], 'token'>('token', tokenToWire, tokenFromWire),
  one_time_token: codec<Bodies['one_time_token'], 'oneTimeToken'>(
    'oneTimeToken',
    ({ secret, ...same }) => ({ ...same, secret: secretToWire(secret) }),
    ({ secret, ...same }) => ({ ...same, secret: secretFromWire(secret) }),
  ),
  bootstrap: codec<Bodies['bootstrap'], 'bootstrap'>('bootstrap', same, same),
  policy: codec<Bodies['policy'], 'policy'>('policy', (body) => ({ ...body, ...jobAclToWire(body), hash: buffer(body.hash) }), policyTextFromWire),
  policy_version: codec<Bodies['policy_version'], 'policyVersion'>('policyVersion', (body) => ({ ...body, ...jobAclToWire(body) }), policyTextFromWire),
  role: codec<Bodies['role'], 'role'>('role', (body) => ({ ...body, policies: [...body.policies], hash: buffer(body.hash) }), same),
  signing_key: codec<Bodies['signing_key'], 'signingKey'>('signingKey', same, ({ algorithm, state, ...rest }) => ({
    ...rest,
    algorithm: oneOf('algorithm', algorithm, SIGNING_ALGORITHMS),
    state: oneOf('state', state, ['planned', 'active', 'retiring', 'gone']),
  })),
  signing_secret: codec<Bodies['signing_secret'], 'signingSecret'>('signingSecret', ({ sealed }) => ({ sealed: buffer(sealed) }), same),
  organization: codec<Bodies['organization'], 'organization'>('organization', same, same),
  user: codec<Bodies['user'], 'user'>('user', (body) => ({ ...body, organizations: body.organizations.map(same) }), same),
  api_client: codec<Bodies['api_client'], 'apiClient'>('apiClient', clientToWire, clientFromWire),
  denied: codec<Bodies['denied'], 'denied'>('denied', same, same),
  setting: codec<Bodies['setting'], 'setting'>('setting', same, same),
  personal_token: codec<Bodies['personal_token'], 'personalToken'>('personalToken', personalToWire, personalFromWire),
  token_use: codec<Bodies['token_use'], 'tokenUse'>('tokenUse', same, same),
  session: codec<Bodies['session'], 'session'>(
    'session',
    ({ secret, ...rest }) => ({ ...rest, secret: secretToWire(secret) }),
    ({ secret, ...rest }) => ({ ...rest, secret: secretFromWire(secret) }),
  ),
  job: codec<Bodies['job'], 'job'>(
    'job',
    (body) => ({ ...body, packages: [...body.packages], tags: { ...body.tags } }),
    ({ state, ...rest }) => ({ ...rest, state: oneOf('state', state, JOB_STATES) }),
  ),
  service: codec<Bodies['service'], 'service'>('service', same, same),
  binding: codec<Bodies['binding'], 'binding'>(
    'binding',
    ({ secret, ...rest }) => ({ ...rest, secret: secret === null ? undefined : secretToWire(secret) }),
    ({ secret, ...rest }) => ({ ...rest, secret: secret === undefined ? null : secretFromWire(secret) }),
  ),
  authority: codec<Bodies['authority'], 'authority'>(
    'authority',
    ({ successions, ...rest }) => ({ ...rest, successions: successions.map(({ from, ...of }) => ({ ...of, from: { ...from } })) }),
    ({ successions, ...rest }) => ({ ...rest, revision: revision(rest.revision), successions: successions.map(({ from, ...of }) => ({ ...of, from: placeFromWire(from) })) }),
  ),
  set_aside: codec<Bodies['set_aside'], 'setAside'>(
    'setAside',
    (body) => ({ ...body, record: buffer(body.record), origin: { ...body.origin } }),
    ({ origin, ...rest }) => ({ ...rest, origin: placeFromWire(origin) }),
  ),
};

export function bodyToWire({ kind, body }: Pick<LiveRecord, 'kind' | 'body'>): WireBody {
  const { case: $case, toWire } = CODECS[kind] as unknown as Codec<Bodies[Kind], Case>;
  return { $case, value: toWire(body) } as WireBody;
}

export function bodyFromWire(kind: Kind, body: WireBody): Bodies[Kind] {
  const { case: wanted, fromWire } = CODECS[kind] as unknown as Codec<Bodies[Kind], Case>;
  if (body.$case !== wanted) throw new MalformedRecord(`a ${body.$case} in an envelope of kind ${kind}`);
  return fromWire(body.value);
}

/** A body that both sides write alike. */
function same<T>(body: T): T {
  return { ...body };
}

function oneOf<T extends string>(what: string, text: string, allowed: readonly T[]): T {
  if (!(allowed as readonly string[]).includes(text)) throw new MalformedRecord(`${what} ${JSON.stringify(text)}`);
  return text as T;
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function digestFromWire(digest: Uint8Array): string {
  if (digest.length !== 32) throw new MalformedRecord('secret digest');
  return buffer(digest).toString('hex');
}

function secretToWire(secret: SecretAtRest): wire.SecretAtRest {
  return { digest: Buffer.from(secret.digest, 'hex'), sealed: buffer(secret.sealed) };
}

function secretFromWire(secret: wire.SecretAtRest | undefined): SecretAtRest {
  if (secret === undefined) throw new MalformedRecord('secret digest');
  return { digest: digestFromWire(secret.digest), sealed: secret.sealed };
}

function placeFromWire(place: wire.Origin | undefined): Origin {
  if (place === undefined) throw new MalformedRecord('no origin');
  return { region: place.region, incarnation: place.incarnation, revision: revision(place.revision) };
}

function jobAclToWire({ jobAcl }: Bodies['policy' | 'policy_version']): { jobAcl: wire.JobAcl | undefined } {
  return { jobAcl: jobAcl === null ? undefined : { ...jobAcl } };
}

/** What the present text of a policy and its past ones have in common. */
function policyTextFromWire<T extends wire.Policy | wire.PolicyVersion>({ applies, jobAcl, ...rest }: T) {
  if (rest.version === 0) throw new MalformedRecord('policy version 0');
  return { ...rest, applies: oneOf<PolicyApplies>('applies', applies, ['holders', 'everyone']), jobAcl: jobAcl ?? null };
}

function tokenToWire({ secret, policies, roleIds, hash, expirationTime, ...rest }: Bodies['token']): wire.Token {
  return {
    ...rest,
    secret: secretToWire(secret),
    policies: [...(policies ?? [])],
    policiesPresent: policies !== null,
    roleIds: [...roleIds],
    hash: buffer(hash),
    expirationTime: expirationTime ?? '',
  };
}

function tokenFromWire({ secret, type, policies, policiesPresent, expirationTime, ...rest }: wire.Token): Bodies['token'] {
  return {
    ...rest,
    type: oneOf('token type', type, ['client', 'management']),
    secret: secretFromWire(secret),
    policies: policiesPresent ? policies : null,
    expirationTime: expirationTime === '' ? null : expirationTime,
  };
}

function clientToWire({ roles, secrets, ...rest }: Bodies['api_client']): wire.ApiClient {
  return { ...rest, roles: [...roles], secrets: secrets.map(({ digest, createTime }) => ({ digest: Buffer.from(digest, 'hex'), createTime })) };
}

function clientFromWire({ secrets, ...rest }: wire.ApiClient): Bodies['api_client'] {
  return { ...rest, secrets: secrets.map(({ digest, createTime }) => ({ digest: digestFromWire(digest), createTime })) };
}

function personalToWire({ secret, organizations, networks, expirationTime, ...rest }: Bodies['personal_token']): wire.PersonalToken {
  return { ...rest, secret: secretToWire(secret), organizations: [...organizations], networks: [...networks], expirationTime: expirationTime ?? '' };
}

function personalFromWire({ secret, expirationTime, ...rest }: wire.PersonalToken): Bodies['personal_token'] {
  return { ...rest, secret: secretFromWire(secret), expirationTime: expirationTime === '' ? null : expirationTime };
}
