import { toWire } from '@mintmark/contract';
import { type LiveRecord, NO_REVISION, revision } from '@mintmark/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AUTHORITY_INCARNATION, Bed, management, secretOf, token, uuid, written } from '../test-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await Bed.open();
});
afterEach(() => bed[Symbol.asyncDispose]());

const JSON_TYPE = 'application/json';
const META = { 'x-nomad-index': '7', 'x-mintmark-freshness': `us-east:${AUTHORITY_INCARNATION}:7`, 'cache-control': 'no-store' };

describe('create, update and upload', () => {
  test.each(['POST', 'PUT'])('%s /v1/acl/token hands what was asked to the issuer and shows the token with its secret', async (method) => {
    bed.issuer.answers.upsertToken = () => written(token(3, { name: 'Readonly token', policies: ['readonly'] }), { secretId: secretOf(3) });
    const got = await bed.ask(
      method,
      'token',
      { 'x-nomad-token': 'whatever', 'content-type': JSON_TYPE },
      '{"Name":"Readonly token","Type":"client","Policies":["readonly"],"Global":false}',
    );
    expect(got.status).toBe(200);
    expect(got.headers).toMatchObject({ ...META, 'content-type': JSON_TYPE });
    expect(got.headers['x-nomad-lastcontact']).toBeUndefined();
    expect(got.json()).toEqual({
      AccessorID: uuid(3),
      SecretID: secretOf(3),
      Name: 'Readonly token',
      Type: 'client',
      Policies: ['readonly'],
      Roles: null,
      Global: false,
      Hash: 'mfBjd7oGG9U+eYtvCA0l4epBk81V/tmXwnMYCZ3uPKE=',
      CreateTime: '2026-01-02T03:04:05.123456789Z',
      ExpirationTime: null,
      ExpirationTTL: '',
      CreateIndex: 7,
      ModifyIndex: 7,
    });
    expect(bed.issuer.calls).toEqual([
      {
        method: 'upsertToken',
        credential: 'whatever',
        request: { token: expect.objectContaining({ name: 'Readonly token', type: 'client', policies: ['readonly'], policiesPresent: true, global: false }) },
      },
    ]);
  });

  test('a token with links to roles shows lists and the names that the issuer gives', async () => {
    const linked = token(3, { policies: null, roleIds: [uuid(50), uuid(51)], expirationTtl: 5_400_000_000_000, expirationTime: '2030-01-01T00:00:00Z' });
    bed.issuer.answers.upsertToken = () => written(linked, { roles: [{ id: uuid(50), name: 'ops' }] });
    const got = await bed.ask('PUT', 'token', {}, '{"Type":"client"}');
    expect(got.json()).toMatchObject({
      Policies: [],
      Roles: [{ ID: uuid(50), Name: 'ops' }],
      ExpirationTTL: '1h30m0s',
      ExpirationTime: '2030-01-01T00:00:00Z',
    });
  });

  test('an update names the token in path and body, in any case', async () => {
    bed.issuer.answers.upsertToken = () => written(token(3));
    const accessor = 'aa534e09-6a07-0a45-2295-a7f77063d429';
    const got = await bed.ask('POST', `token/${accessor.toUpperCase()}`, {}, JSON.stringify({ AccessorID: accessor, Type: 'client' }));
    expect(got.status).toBe(200);
    expect(bed.issuer.calls[0]?.request).toMatchObject({ token: { accessorId: accessor, global: undefined, expirationTtl: undefined } });
  });

  test('without a credential the issuer is asked without one', async () => {
    bed.issuer.answers.upsertToken = () => written(token(3));
    await bed.ask('PUT', 'token', {}, '{}');
    expect(bed.issuer.calls[0]?.credential).toBeUndefined();
  });

  test('pretty indents by four and ends in a newline', async () => {
    bed.issuer.answers.upsertToken = () => written(token(3));
    const { text } = await bed.ask('PUT', 'token?pretty', {}, '{}');
    expect(text).toMatch(/^\{\n {4}"AccessorID": /);
    expect(text.endsWith('\n}\n')).toBe(true);
  });

  test('a global token goes to the authority whatever region is asked for', async () => {
    bed.issuer.answers.upsertToken = () => written(token(3, { scope: 'global' }));
    expect((await bed.ask('PUT', 'token?region=nowhere', {}, '{"Global":true}')).status).toBe(200);
  });
});

describe('bootstrap', () => {
  beforeEach(() => {
    bed.issuer.answers.bootstrapToken = () => written(management(3, { scope: 'global', name: 'Bootstrap Token' }), { secretId: secretOf(3) });
  });

  test.each<[string, string | undefined, string]>([
    ['no body', undefined, ''],
    ['an empty object', '{}', ''],
    ['a secret', `{"bootstrapsecret":"${secretOf(9)}"}`, secretOf(9)],
  ])('with %s; whatever credential is presented does not matter', async (_case, body, bootstrapSecret) => {
    const got = await bed.ask('POST', 'bootstrap?region=nowhere&index=9999&wait=5s', { 'x-nomad-token': 'bogus' }, body);
    expect(got.status).toBe(200);
    expect(got.headers).toMatchObject(META);
    expect(got.json()).toMatchObject({
      AccessorID: uuid(3),
      SecretID: secretOf(3),
      Name: 'Bootstrap Token',
      Type: 'management',
      Policies: null,
      Roles: null,
      Global: true,
      Hash: 'BUJ3BerTfrqFVm1P+vZr1gz9ubOkd+JAvYjNAJyaU9Y=',
      CreateIndex: 7,
      ModifyIndex: 7,
    });
    expect(bed.issuer.calls).toEqual([{ method: 'bootstrapToken', request: { bootstrapSecret }, credential: undefined }]);
  });

  test('a secret of another type is refused', async () => {
    expect(await bed.ask('POST', 'bootstrap', {}, '{"BootstrapSecret":1}')).toMatchObject({
      status: 400,
      text: 'failed to decode request body: BootstrapSecret must be a string',
    });
  });
});

describe('delete', () => {
  test('answers with an empty body, the index and the freshness', async () => {
    bed.issuer.answers.deleteToken = () => ({ index: 7, freshness: `us-east:${AUTHORITY_INCARNATION}:7` });
    const got = await bed.ask('DELETE', `token/${uuid(2)}?index=9&wait=5s`, { 'x-nomad-token': 'who' });
    expect(got).toMatchObject({ status: 200, text: '', headers: META });
    expect(got.headers['content-type']).toBeUndefined();
    expect(got.headers['content-length']).toBe('0');
    expect(bed.issuer.calls).toEqual([{ method: 'deleteToken', request: { accessorId: uuid(2) }, credential: 'who' }]);
  });
});

describe('one-time tokens', () => {
  test('are minted for whoever asks, whatever the body', async () => {
    const record: LiveRecord<'one_time_token'> = {
      ...{ kind: 'one_time_token', id: uuid(2), scope: 'local', deleted: false, createIndex: revision(5), writeId: 'w' },
      body: { secret: { digest: '0'.repeat(64), sealed: new Uint8Array() }, expiresAt: '2026-01-02T03:14:05Z' },
    };
    bed.issuer.answers.createOneTimeToken = () => ({ written: written(token(2)).written, record: toWire(record), modifyIndex: 7, oneTimeSecret: secretOf(8) });
    const got = await bed.ask('POST', 'token/onetime', { 'x-nomad-token': 'who' }, 'not json');
    expect(got.headers).toMatchObject(META);
    expect(got.json()).toEqual({
      Index: 7,
      OneTimeToken: { OneTimeSecretID: secretOf(8), AccessorID: uuid(2), ExpiresAt: '2026-01-02T03:14:05Z', CreateIndex: 5, ModifyIndex: 7 },
    });
    expect(bed.issuer.calls).toEqual([{ method: 'createOneTimeToken', request: {}, credential: 'who' }]);
  });

  test('are exchanged without a credential', async () => {
    bed.issuer.answers.exchangeOneTimeToken = () => ({ ...written(token(2)), modifyIndex: 3, secretId: secretOf(2) });
    const got = await bed.ask('PUT', 'token/onetime/exchange', { 'x-nomad-token': 'bogus' }, `{"OneTimeSecretID":"${secretOf(8)}"}`);
    expect(got.headers).toMatchObject(META);
    expect(got.json()).toMatchObject({ Index: 7, Token: { AccessorID: uuid(2), SecretID: secretOf(2), ModifyIndex: 3 } });
    expect(bed.issuer.calls).toEqual([{ method: 'exchangeOneTimeToken', request: { oneTimeSecret: secretOf(8) }, credential: undefined }]);
  });
});

test('the region keeps nothing of its own about a write', () => {
  expect(bed.at).toBe(NO_REVISION);
});
