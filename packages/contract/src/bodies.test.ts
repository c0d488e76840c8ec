import { type Bodies, KINDS, type Kind, type MintRecord, revision } from '@mintmark/domain';
import { describe, expect, test } from 'vitest';
import { MalformedRecord } from './malformed.ts';
import { decodeRecord, encodeRecord, signedContent, toWire } from './record.ts';
import * as wire from './gen/mintmark/v1/record.ts';

const TIME = '2026-01-02T03:04:05.678901234Z';
const secret = { digest: 'ab'.repeat(32), sealed: Buffer.from('sealed') };
const text = { description: 'd', rules: 'r', applies: 'everyone', jobAcl: { namespace: 'n', jobId: 'j', group: 'g', task: '' }, version: 3, author: 'system', writtenAt: TIME } as const;

/** One body of each kind, no member at its default. */
const BODIES: { readonly [K in Kind]: Bodies[K] } = {
  token: {
    secret,
    name: 'é',
    type: 'management',
    policies: [],
    roleIds: ['r'],
    hash: Buffer.alloc(32, 1),
    createTime: TIME,
    expirationTime: TIME,
    expirationTtl: 2 ** 52,
  },
  one_time_token: { secret, expiresAt: TIME },
  bootstrap: { accessorId: 'a' },
  authority: { epoch: 2, region: 'eu', active: true, incarnation: 'i', revision: revision(7), successions: [{ epoch: 2, region: 'eu', from: { region: 'us', incarnation: 'j', revision: revision(5) }, forced: true }] },
  set_aside: { record: Buffer.from('record'), origin: { region: 'us', incarnation: 'j', revision: revision(6) }, epoch: 1, at: TIME, held: true, carried: 'eu:i:9', instead: 'c2lnbmF0dXJl' },
  policy: { ...text, system: true, hash: Buffer.alloc(32, 2) },
  policy_version: { ...text, name: 'p', jobAcl: null, applies: 'holders' },
  role: { name: 'n', description: 'd', policies: ['p', 'q'], hash: Buffer.alloc(32, 3) },
  signing_key: {
    kid: 'k',
    region: 'us-east',
    sequence: 4,
    algorithm: 'ES256',
    publicJwk: '{}',
    createdAt: 1_790_000_000_001,
    maxTokenLifetimeMs: 2_592_000_000,
    state: 'gone',
    activeFrom: 1_790_000_000_002,
    retiredAt: 1_790_000_000_003,
    goneAt: 1_790_000_000_004,
    withdrawn: true,
  },
  signing_secret: { sealed: Buffer.from('sealed') },
  organization: { name: 'n', alias: 'a', parent: 'p', notBefore: 6, createTime: TIME },
  user: {
    username: 'u',
    passwordHash: '$argon2id$',
    organizations: [{ organization: 'o', role: 'Standard' }],
    platformOperator: true,
    disabled: true,
    tokensNotBefore: 11,
    notBefore: 5,
    createTime: TIME,
  },
  api_client: {
    name: 'n',
    organization: 'o',
    description: 'd',
    defaultExpirationSeconds: 300,
    roles: ['r'],
    secrets: [{ digest: 'cd'.repeat(32), createTime: TIME }],
    enabled: true,
    notBefore: 6,
    jwks: '{"keys":[]}',
    dpop: true,
    temporaryJti: 'j',
    temporaryExpiresAt: 7,
    createTime: TIME,
  },
  job: {
    fqn: 'job::/a::b',
    state: 'stopped',
    numInstances: 3,
    packages: ['package::/a::b'],
    tags: { tier: 'web' },
    image: 'https://registry-1.docker.io/library/nats:latest',
    pipelineOf: 'job::/a::c',
    createdBy: 'admin',
    createTime: TIME,
  },
  service: { fqn: 'service::/a::b', providerFqn: 'provider::/a::p', type: 'generic', description: 'd', parameters: '{"a":1}', createdBy: 'system', createTime: TIME },
  binding: {
    secret,
    name: 'n',
    job: 'job::/a::b',
    service: 'service::/a::b',
    provider: 'provider::/a::p',
    parameters: '{}',
    pipelineId: 'p',
    createdBy: 'admin',
    createTime: TIME,
  },
  denied: { expiresAt: 8 },
  setting: { value: '1800' },
  personal_token: {
    secret,
    name: 'n',
    user: 'u',
    dynamicAccess: true,
    organizations: ['o'],
    role: 'Standard',
    expirationTime: null,
    createTime: TIME,
    revokedBecause: 'by hand',
    revokedAt: TIME,
    idleExpirySeconds: 9,
    networks: ['10.0.0.0/8'],
    expiryToldAt: TIME,
  },
  token_use: { at: TIME, region: 'eu-west' },
  session: { secret, user: 'u', audience: 'soc', organization: 'o', createTime: TIME, expirationTime: TIME },
};

const recordOf = (kind: Kind): MintRecord =>
  ({ kind, id: 'id', scope: 'global', createIndex: revision(1), writeId: 'w'.repeat(22), deleted: false, body: BODIES[kind] }) as MintRecord;

describe('records on the wire', () => {
  test.each(KINDS)('a %s comes back as it was written', (kind) => {
    expect(decodeRecord(encodeRecord(recordOf(kind)), revision(9))).toEqual(recordOf(kind));
  });

  test.each(KINDS)('what is signed of a %s is the same before and after', (kind) => {
    const signature = { key: '00'.repeat(8), stamp: 1_700_000_000_000, previous: 'ab'.repeat(32), value: Buffer.alloc(64, 5).toString('base64') };
    const record = { ...recordOf(kind), signature };
    const read = decodeRecord(encodeRecord(record), revision(9));
    expect(read).toEqual(record);
    expect(signedContent({ ...read, signature, createIndex: revision(3), writeId: 'another' })).toEqual(signedContent(record));
  });

  test.each(KINDS)('the tombstone of a %s keeps its kind', (kind) => {
    const { body: _, ...envelope } = recordOf(kind) as MintRecord & { body: unknown };
    const gone = { ...envelope, deleted: true } as MintRecord;
    expect(decodeRecord(encodeRecord(gone), revision(9))).toEqual(gone);
  });

  test('a body in an envelope of another kind, and values that no version writes, are malformed', () => {
    const altered = (change: (record: wire.Record) => void, kind: Kind): Uint8Array => {
      const record = toWire(recordOf(kind));
      change(record);
      return wire.Record.encode(record).finish();
    };
    const faults = [
      altered((record) => Object.assign(record, { kind: 'role' }), 'token'),
      altered((record) => Object.assign(record.body?.value as object, { type: 'root' }), 'token'),
      altered((record) => Object.assign(record.body?.value as object, { secret: undefined }), 'token'),
      altered((record) => Object.assign(record.body?.value as object, { secret: { digest: Buffer.alloc(31), sealed: Buffer.alloc(0) } }), 'session'),
      altered((record) => Object.assign(record.body?.value as object, { applies: 'nobody' }), 'policy'),
      altered((record) => Object.assign(record.body?.value as object, { algorithm: 'HS256' }), 'signing_key'),
      altered((record) => Object.assign(record.body?.value as object, { state: 'asleep' }), 'signing_key'),
    ];
    for (const bytes of faults) expect(() => decodeRecord(bytes, revision(9))).toThrow(MalformedRecord);
  });
});
