import {
  type Bodies,
  isKind,
  type Kind,
  type MintRecord,
  type Origin,
  type PolicyApplies,
  type Revision,
  revision,
  type SecretAtRest,
} from '@mintmark/domain';
import * as wire from './gen/mintmark/v1/record.ts';

/** The schema version written into every envelope. */
export const RECORD_VERSION = 1;

/** The envelope's bytes, as logs and views store them. */
export function encodeRecord(record: MintRecord): Uint8Array {
  return wire.Record.encode(toWire(record)).finish();
}

/** Why bytes are not a record that this version understands. */
export class MalformedRecord extends Error {
  constructor(problem: string, cause?: unknown) {
    super(`malformed record: ${problem}`, cause === undefined ? undefined : { cause });
    this.name = 'MalformedRecord';
  }
}

/**
 * Reads an envelope back. `at` fills in a `createIndex` of 0. Throws `MalformedRecord` for anything that `encodeRecord` of this
 * version cannot have written.
 */
export function decodeRecord(bytes: Uint8Array, at: Revision): MintRecord {
  let decoded: wire.Record;
  try {
    decoded = wire.Record.decode(bytes);
  } catch (error) {
    throw new MalformedRecord('not a protobuf message', error);
  }
  return fromWire(decoded, at);
}

export function toWire(record: MintRecord): wire.Record {
  return {
    version: RECORD_VERSION,
    id: record.id,
    scope: record.scope === 'global' ? wire.Scope.SCOPE_GLOBAL : wire.Scope.SCOPE_LOCAL,
    createIndex: record.createIndex,
    origin: record.origin === undefined ? undefined : { ...record.origin },
    writeId: record.writeId,
    signature: EMPTY,
    kind: record.kind,
    body: record.deleted ? undefined : bodyToWire(record),
  };
}

export function fromWire(decoded: wire.Record, at: Revision): MintRecord {
  if (decoded.version !== RECORD_VERSION) throw new MalformedRecord(`version ${decoded.version}`);
  if (!isKind(decoded.kind)) throw new MalformedRecord(`kind ${JSON.stringify(decoded.kind)}`);
  if (decoded.id === '') throw new MalformedRecord('no id');
  const scope = SCOPES[decoded.scope];
  if (scope === undefined) throw new MalformedRecord(`scope ${decoded.scope}`);
  const envelope = {
    kind: decoded.kind,
    id: decoded.id,
    scope,
    createIndex: decoded.createIndex === 0 ? at : revision(decoded.createIndex),
    ...(decoded.origin === undefined ? {} : { origin: originFrom(decoded.origin) }),
    writeId: decoded.writeId,
  };
  if (decoded.body === undefined) return { ...envelope, deleted: true } as MintRecord;
  const { kind, body } = bodyFromWire(decoded.body);
  if (kind !== decoded.kind) throw new MalformedRecord(`a ${kind} in an envelope of kind ${decoded.kind}`);
  return { ...envelope, deleted: false, body } as MintRecord;
}

const EMPTY = Buffer.alloc(0);
const SCOPES: Readonly<Record<number, 'global' | 'local'>> = {
  [wire.Scope.SCOPE_GLOBAL]: 'global',
  [wire.Scope.SCOPE_LOCAL]: 'local',
};

function originFrom(origin: wire.Origin): Origin {
  return { region: origin.region, incarnation: origin.incarnation, revision: revision(origin.revision) };
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function secretToWire(secret: SecretAtRest): wire.SecretAtRest {
  return { digest: Buffer.from(secret.digest, 'hex'), sealed: buffer(secret.sealed) };
}

function secretFromWire(secret: wire.SecretAtRest | undefined): SecretAtRest {
  if (secret === undefined || secret.digest.length !== 32) throw new MalformedRecord('secret digest');
  return { digest: secret.digest.toString('hex'), sealed: secret.sealed };
}

type WireBody = NonNullable<wire.Record['body']>;

function bodyToWire(record: MintRecord & { deleted: false }): WireBody {
  switch (record.kind) {
    case 'token': {
      const { secret, policies, roleIds, hash, expirationTime, ...same } = record.body;
      return {
        $case: 'token',
        value: {
          ...same,
          secret: secretToWire(secret),
          policies: [...(policies ?? [])],
          policiesPresent: policies !== null,
          roleIds: [...roleIds],
          hash: buffer(hash),
          expirationTime: expirationTime ?? '',
        },
      };
    }
    case 'one_time_token':
      return { $case: 'oneTimeToken', value: { ...record.body, secret: secretToWire(record.body.secret) } };
    case 'bootstrap':
      return { $case: 'bootstrap', value: { ...record.body } };
    case 'policy':
      return { $case: 'policy', value: { ...record.body, ...jobAclToWire(record.body), hash: buffer(record.body.hash) } };
    case 'policy_version':
      return { $case: 'policyVersion', value: { ...record.body, ...jobAclToWire(record.body) } };
    case 'role':
      return { $case: 'role', value: { ...record.body, policies: [...record.body.policies], hash: buffer(record.body.hash) } };
  }
}

function bodyFromWire(body: WireBody): { [K in Kind]: { kind: K; body: Bodies[K] } }[Kind] {
  switch (body.$case) {
    case 'token':
      return { kind: 'token', body: tokenFromWire(body.value) };
    case 'oneTimeToken':
      return { kind: 'one_time_token', body: { ...body.value, secret: secretFromWire(body.value.secret) } };
    case 'bootstrap':
      return { kind: 'bootstrap', body: body.value };
    case 'policy':
      return { kind: 'policy', body: policyTextFromWire(body.value) };
    case 'policyVersion':
      return { kind: 'policy_version', body: policyTextFromWire(body.value) };
    case 'role':
      return { kind: 'role', body: body.value };
  }
}

function jobAclToWire({ jobAcl }: Bodies['policy' | 'policy_version']): { jobAcl: wire.JobAcl | undefined } {
  return { jobAcl: jobAcl === null ? undefined : { ...jobAcl } };
}

/** What the present text of a policy and its past ones have in common. */
function policyTextFromWire<T extends wire.Policy | wire.PolicyVersion>({ applies, jobAcl, ...same }: T) {
  if (applies !== 'holders' && applies !== 'everyone') throw new MalformedRecord(`policy that applies to ${JSON.stringify(applies)}`);
  if (same.version === 0) throw new MalformedRecord('policy version 0');
  return { ...same, applies: applies as PolicyApplies, jobAcl: jobAcl ?? null };
}

function tokenFromWire(token: wire.Token): Bodies['token'] {
  const { secret, type, policies, policiesPresent, expirationTime, ...same } = token;
  if (type !== 'client' && type !== 'management') throw new MalformedRecord(`token type ${JSON.stringify(type)}`);
  return {
    ...same,
    type,
    secret: secretFromWire(secret),
    policies: policiesPresent ? policies : null,
    expirationTime: expirationTime === '' ? null : expirationTime,
  };
}
