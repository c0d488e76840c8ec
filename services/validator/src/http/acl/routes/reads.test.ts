import { digestOf, Refusal } from '@mintmark/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Bed, FOREIGN_INDEX, gone, INCARNATION, management, policy, role, secretOf, token, uuid } from '../test-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await Bed.open();
  await bed.write(management(1));
});
afterEach(() => bed[Symbol.asyncDispose]());

const ADMIN = secretOf(1);

describe('read a token', () => {
  test('a client reads itself, with the secret as it was presented', async () => {
    await bed.write(token(2, { name: 'Readonly token', policies: ['readonly'] }));
    const presented = secretOf(2).toUpperCase();
    const got = await bed.get(`token/${uuid(2)}`, presented);
    expect(got.status).toBe(200);
    expect(got.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-nomad-index': '2',
      'x-nomad-knownleader': 'true',
      'x-nomad-lastcontact': '0',
      'x-mintmark-freshness': `us-east:${INCARNATION}:2`,
    });
    expect(got.json()).toEqual({
      AccessorID: uuid(2),
      SecretID: presented,
      Name: 'Readonly token',
      Type: 'client',
      Policies: ['readonly'],
      Roles: null,
      Global: false,
      Hash: 'mfBjd7oGG9U+eYtvCA0l4epBk81V/tmXwnMYCZ3uPKE=',
      CreateTime: '2026-01-02T03:04:05.123456789Z',
      ExpirationTime: null,
      ExpirationTTL: '',
      CreateIndex: 2,
      ModifyIndex: 2,
    });
    expect(bed.issuer.calls).toEqual([]);
  });

  test('for management the issuer opens the secret of another', async () => {
    await bed.write(token(2));
    bed.issuer.answers.revealSecret = () => ({ secretId: secretOf(2) });
    const got = await bed.get(`token/${uuid(2).toUpperCase()}`, ADMIN);
    expect(got.json()).toMatchObject({ AccessorID: uuid(2), SecretID: secretOf(2) });
    expect(bed.issuer.calls).toEqual([{ method: 'revealSecret', request: { accessorId: uuid(2) }, credential: ADMIN }]);
  });

  test('management reads itself without the issuer', async () => {
    const got = await bed.get(`token/${uuid(1)}`, ADMIN);
    expect(got.json()).toMatchObject({ SecretID: ADMIN, Policies: null, Type: 'management' });
    expect(bed.issuer.calls).toEqual([]);
  });

  test('a token deleted between the read and the reveal is missing', async () => {
    await bed.write(token(2));
    bed.issuer.answers.revealSecret = () => {
      throw new Refusal('not_found', 'ACL token not found');
    };
    expect(await bed.get(`token/${uuid(2)}`, ADMIN)).toMatchObject({ status: 404, text: 'ACL token not found' });
  });

  test("the index is the token's own, not the table's", async () => {
    await bed.write(token(2), token(3));
    expect((await bed.get(`token/${uuid(2)}`, secretOf(2))).headers).toMatchObject({ 'x-nomad-index': '2', 'x-mintmark-freshness': bed.freshness });
  });

  test('links to roles carry the present name; links to deleted roles are left out; lists are lists then', async () => {
    await bed.write(role(50, 'old'), role(51, 'other'), token(2, { policies: null, roleIds: [uuid(50), uuid(51)] }), role(50, 'new'), gone(role(51, 'other')));
    const read = await bed.get(`token/${uuid(2)}`, secretOf(2));
    const self = await bed.get('token/self', secretOf(2));
    for (const got of [read, self]) expect(got.json()).toMatchObject({ Policies: [], Roles: [{ ID: uuid(50), Name: 'new' }] });
    await bed.write(gone(role(50, 'new')));
    expect((await bed.get('token/self', secretOf(2))).json()).toMatchObject({ Policies: [], Roles: [] });
    const [, listed] = (await bed.get('tokens', ADMIN)).json<unknown[]>();
    expect(listed).toMatchObject({
      Policies: null,
      Roles: [
        { ID: uuid(50), Name: '' },
        { ID: uuid(51), Name: '' },
      ],
    });
  });

  test.each(['stale', 'consistent', 'stale=false'])('%s is answered', async (mode) => {
    expect((await bed.get(`token/${uuid(1)}?${mode}`, ADMIN)).status).toBe(200);
  });
});

describe('read self', () => {
  test("shows the caller's token, its own index and how far the region is", async () => {
    await bed.write(token(2), token(3));
    const got = await bed.get('token/self', secretOf(2));
    expect(got.headers).toMatchObject({ 'x-nomad-index': '2', 'x-mintmark-freshness': bed.freshness, 'x-nomad-knownleader': 'true' });
    expect(got.json()).toMatchObject({ AccessorID: uuid(2), SecretID: secretOf(2) });
  });

  test('whoever presents nothing is the anonymous token while there is a policy of that name', async () => {
    expect((await bed.get('token/self')).status).toBe(403);
    await bed.write(policy('anonymous'));
    const got = await bed.get('token/self');
    expect(got.headers).toMatchObject({ 'x-nomad-index': '0', 'x-mintmark-freshness': bed.freshness });
    expect(got.json()).toEqual({
      AccessorID: 'anonymous',
      SecretID: '',
      Name: 'Anonymous Token',
      Type: 'client',
      Policies: ['anonymous'],
      Roles: null,
      Global: false,
      Hash: null,
      CreateTime: '0001-01-01T00:00:00Z',
      ExpirationTime: null,
      ExpirationTTL: '',
      CreateIndex: 0,
      ModifyIndex: 0,
    });
    expect((await bed.get('token/self', 'bogus')).status).toBe(403);
  });

  test("a token of which only the authority has told is shown once it has arrived, with this region's index", async () => {
    await using eu = await Bed.open({ region: 'eu-west', resolve: (digest) => (digest === digestOf(secretOf(7)) ? token(7, { scope: 'global' }) : undefined) });
    const self = eu.get('token/self', secretOf(7));
    const read = eu.get(`token/${uuid(7)}`, secretOf(7));
    await eu.write(token(8), token(7, { scope: 'global', replica: true }));
    for (const got of await Promise.all([self, read])) {
      expect(got.json()).toMatchObject({ AccessorID: uuid(7), CreateIndex: 2, ModifyIndex: 2 });
      expect(got.headers).toMatchObject({ 'x-nomad-index': '2', 'x-mintmark-freshness': eu.freshness });
    }
    expect(FOREIGN_INDEX).toBeGreaterThan(eu.at);
  });

  test("management of which only the authority has told lists this region's tokens", async () => {
    await using eu = await Bed.open({ region: 'eu-west', resolve: () => management(7, { scope: 'global' }) });
    await eu.write(token(8));
    expect((await eu.get('tokens', secretOf(7))).json()).toHaveLength(1);
  });
});

describe('list tokens', () => {
  const names = (got: { json<T>(): T }): string[] => got.json<{ Name: string }[]>().map(({ Name }) => Name);
  const fill = () =>
    bed.write(
      token(9, { name: 'nine' }),
      token(5, { name: 'five', scope: 'global' }),
      token(7, { name: 'seven', policies: ['dev'] }),
      token(9, { name: 'nine!' }),
    );

  test('shows stubs in order of creation, whatever was updated since', async () => {
    await fill();
    const got = await bed.get('tokens', ADMIN);
    expect(got.headers).toMatchObject({
      'content-type': 'application/json',
      'x-nomad-index': '5',
      'x-mintmark-freshness': bed.freshness,
      'cache-control': 'no-store',
    });
    expect(got.headers['x-nomad-nexttoken']).toBeUndefined();
    expect(names(got)).toEqual(['token 1', 'nine!', 'five', 'seven']);
    expect(got.json<unknown[]>()[1]).toEqual({
      AccessorID: uuid(9),
      Name: 'nine!',
      Type: 'client',
      Policies: ['ops'],
      Roles: null,
      Global: false,
      Hash: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
      CreateTime: '2026-01-02T03:04:05.123456789Z',
      ExpirationTime: null,
      CreateIndex: 2,
      ModifyIndex: 5,
    });
    expect(got.text).not.toContain('SecretID');
  });

  test.each([
    ['reverse=true', ['seven', 'five', 'nine!', 'token 1']],
    ['reverse=1', ['token 1', 'nine!', 'five', 'seven']],
    [`prefix=${uuid(5).slice(0, 8)}`, ['five']],
    ['prefix=000000', ['token 1', 'five', 'seven', 'nine!']],
    ['prefix=000000&reverse=true', ['nine!', 'seven', 'five', 'token 1']],
    ['prefix=ffff', []],
    ['global=true', ['five']],
    ['global', ['five']],
    ['global=false', ['token 1', 'nine!', 'five', 'seven']],
    ['filter=Global+%3D%3D+true', ['five']],
    ['filter=%22dev%22+in+Policies+or+Name+matches+%22%5Enine%22', ['nine!', 'seven']],
    ['filter=Type+%3D%3D+management', ['token 1']],
    ['filter=CreateIndex+%3D%3D+2&reverse=true', ['nine!']],
    ['filter=Name+is+not+empty&global=true', ['five']],
  ])('%s', async (query, expected) => {
    await fill();
    expect(names(await bed.get(`tokens?${query}`, ADMIN))).toEqual(expected);
  });

  test('an empty list is []', async () => {
    expect((await bed.get('tokens?prefix=ffff', ADMIN)).text).toBe('[]');
    expect((await bed.get('tokens?prefix=ffff&pretty', ADMIN)).text).toBe('[]\n');
  });

  test('pretty is the same list indented', async () => {
    await fill();
    const [plain, pretty] = [await bed.get('tokens', ADMIN), await bed.get('tokens?pretty', ADMIN)];
    expect(pretty.text).toBe(`${JSON.stringify(plain.json(), null, 4)}\n`);
  });

  const walk = async (query: string): Promise<{ readonly names: string[]; readonly cursors: string[] }> => {
    const found: string[] = [];
    const cursors: string[] = [];
    for (let next = ''; cursors.length < 20; cursors.push(next)) {
      const got = await bed.get(`tokens?${query}${next === '' ? '' : `&next_token=${next}`}`, ADMIN);
      found.push(...names(got));
      next = String(got.headers['x-nomad-nexttoken'] ?? '');
      if (next === '') return { names: found, cursors };
    }
    throw new Error('no end');
  };

  test.each([
    ['per_page=1', [`2.${uuid(9)}`, `3.${uuid(5)}`, `4.${uuid(7)}`]],
    ['per_page=2', [`3.${uuid(5)}`]],
    ['per_page=3', [`4.${uuid(7)}`]],
    ['per_page=4', []],
    ['per_page=2&reverse=true', [`2.${uuid(9)}`]],
    ['per_page=2&prefix=00', [uuid(7)]],
    ['per_page=3&prefix=00&reverse=true', [uuid(1)]],
    ['per_page=1&filter=Type+%3D%3D+client', [`3.${uuid(5)}`, `4.${uuid(7)}`]],
  ])('%s: a cursor names the first item of the next page', async (query, cursors) => {
    await fill();
    const all = names(await bed.get(`tokens?${query.replace(/per_page=\d/, '')}`, ADMIN));
    expect(await walk(query)).toEqual({ names: all, cursors });
  });

  test.each([
    [`next_token=3.${uuid(4)}`, ['five', 'seven']],
    [`next_token=3.${uuid(6)}`, ['seven']],
    ['next_token=3', ['five', 'seven']],
    ['next_token=99999999999999999999.x', []],
    ['next_token=zzz', []],
    ['next_token=zzz&reverse=true', ['seven', 'five', 'nine!', 'token 1']],
    ['next_token=-', ['token 1', 'nine!', 'five', 'seven']],
    ['next_token=-&reverse=true', []],
    [`prefix=00&next_token=${uuid(6).toUpperCase()}`, ['seven', 'nine!']],
    [`prefix=00&next_token=${uuid(6)}&reverse=true`, ['five', 'token 1']],
    ['prefix=00&next_token=zzz', []],
    ['prefix=00&next_token=zzz&reverse=true', ['nine!', 'seven', 'five', 'token 1']],
    ['prefix=00&next_token=-', ['token 1', 'five', 'seven', 'nine!']],
    [`next_token=4.${uuid(7)}&next_token=zzz`, ['seven']],
  ])('a cursor that is no item stands where it would sort: %s', async (query, expected) => {
    await fill();
    expect(names(await bed.get(`tokens?${query}`, ADMIN))).toEqual(expected);
  });

  test('long lists are whole and in order', async () => {
    const many = Array.from({ length: 5_003 }, (_, i) => token(100 + i, i % 2 === 0 ? {} : { scope: 'global' }));
    for (let i = 0; i < many.length; i += 1_000) await bed.write(...many.slice(i, i + 1_000));
    const got = await bed.get('tokens', ADMIN);
    expect(got.json<{ AccessorID: string }[]>().map(({ AccessorID }) => AccessorID)).toEqual([uuid(1), ...many.map(({ id }) => id)]);
    expect(names(await bed.get('tokens?global=true', ADMIN))).toHaveLength(2_501);
    const reversed = await bed.get('tokens?reverse=true&prefix=00', ADMIN);
    expect(reversed.json<{ AccessorID: string }[]>().map(({ AccessorID }) => AccessorID)).toEqual([...many.map(({ id }) => id).reverse(), uuid(1)]);
    expect((await walk('per_page=999&filter=Global+%3D%3D+true')).names).toHaveLength(2_501);
  });
});
