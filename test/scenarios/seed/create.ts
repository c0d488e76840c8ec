import { describe, expect, test } from 'vitest';
import { indexOf, named } from '../support/acl.ts';
import { expectDenied, expectJson, expectRefusal, expectWriteHeaders, invalid, TIME, UUID } from '../support/expect.ts';
import { type Fixture, quietIndex } from '../support/fixture.ts';

const WRONG_TYPE = invalid('token type must be client or management');

/** NO-14 to NO-20 and NO-22. */
export function createSuite(fixture: () => Fixture): void {
  describe('create', () => {
    test('NO-14 create gives a token with an accessor and a secret, by POST and by PUT', async () => {
      const { us } = fixture();
      for (const method of ['POST', 'PUT']) {
        const reply = await us.send(method, '/v1/acl/token', { body: { Type: 'client', Policies: ['readonly'] } });
        expect(expectJson(reply)).toMatchObject({ AccessorID: expect.stringMatching(UUID), SecretID: expect.stringMatching(UUID) });
        expectWriteHeaders(reply);
      }
    });

    test('NO-16 create needs a management token and does not block', async () => {
      const { us } = fixture();
      const client = await us.mint();
      const before = await quietIndex(us);
      const body = { Type: 'client', Policies: ['readonly'] };
      for (const secret of [undefined, client.SecretID, crypto.randomUUID()]) expectDenied(await us.as(secret).create(body));
      for (const secret of [undefined, client.SecretID]) expectDenied(await us.as(secret).create({ ...body, Global: true }));
      expect(await quietIndex(us)).toBe(before);
      const reply = await us.create(body, { query: { index: before + 1000, wait: '5s' } });
      expectJson(reply);
      expect(reply.elapsed).toBeLessThan(2_500);
    });

    test('NO-17 a token needs no name', async () => {
      expect(expectJson(await fixture().us.create({ Type: 'client', Policies: ['readonly'] })).Name).toBe('');
    });

    test('NO-22 the create answer echoes its fields and has both indexes set', async () => {
      const { us } = fixture();
      const reply = await us.create({ Name: 'Readonly token', Type: 'client', Policies: ['readonly'], Global: false });
      const token = expectJson(reply);
      expect(token).toMatchObject({
        Name: 'Readonly token', Type: 'client', Policies: ['readonly'], Global: false, CreateTime: expect.stringMatching(TIME),
        Hash: 'mfBjd7oGG9U+eYtvCA0l4epBk81V/tmXwnMYCZ3uPKE=', ExpirationTime: null, ExpirationTTL: '',
      });
      expect(token.CreateIndex).toBe(token.ModifyIndex);
      expect(indexOf(reply)).toBe(token.CreateIndex);
      expect(await us.look(token.AccessorID)).toEqual(token);
    });
    typesAndPolicies(fixture);
  });
}

function typesAndPolicies(fixture: () => Fixture): void {
  test('NO-18 the type is required and is client or management', async () => {
    const { us } = fixture();
    for (const body of [{ Policies: ['readonly'] }, { Type: 'foo', Policies: ['readonly'] }, { Type: 'Client', Policies: ['readonly'] }, { Type: '' }]) {
      expectRefusal(await us.create(body), 400, WRONG_TYPE);
    }
    expectJson(await us.create({ Type: 'client', Policies: ['readonly'] }));
    expectJson(await us.create({ Type: 'management' }));
  });

  test('NO-19 a management token has no policies: null, empty and absent are accepted', async () => {
    const { us } = fixture();
    const refused = await us.create({ Type: 'management', Policies: ['readonly'] });
    expectRefusal(refused, 400, invalid('management token cannot be associated with policies or roles'));
    for (const body of [{ Policies: null }, { Policies: [] }, {}]) expectJson(await us.create({ Type: 'management', ...body }));
  });

  test('NO-20 a client token has at least one policy', async () => {
    const { us } = fixture();
    for (const body of [{}, { Policies: null }, { Policies: [] }]) {
      expectRefusal(await us.create({ Type: 'client', ...body }), 400, invalid('client token missing policies or roles'));
    }
  });
}

/** NO-15 and NO-21: where a created token lives. */
export function localitySuite(fixture: () => Fixture): void {
  describe('create, global or local', () => {
    test('NO-15 the create of a global token is executed in the authority, wherever it is sent', async () => {
      const { us, eu } = fixture();
      const reply = await eu.create({ Name: named('global'), Type: 'client', Policies: ['readonly'], Global: true });
      const token = expectJson(reply);
      expect(token.Global).toBe(true);
      expectWriteHeaders(reply);
      expect(await us.look(token.AccessorID)).toEqual(token);
      expect(indexOf(reply)).toBe(token.ModifyIndex);
      expectJson(await us.as(token.SecretID).self());
    });

    test('NO-21 without Global a token is local: its secret is refused elsewhere', async () => {
      const { us, eu, ap } = fixture();
      const token = await eu.mint();
      expect(token.Global).toBe(false);
      expect(expectJson(await eu.as(token.SecretID).self()).AccessorID).toBe(token.AccessorID);
      for (const api of [us, ap]) expectDenied(await api.as(token.SecretID).self());
    });

    test('NO-21 a global token is accepted in every region at its first use', async () => {
      const { us, all } = fixture();
      const token = await us.mint({ Global: true });
      const replies = await Promise.all(all.map((api) => api.as(token.SecretID).self()));
      for (const reply of replies) expect(expectJson(reply).AccessorID).toBe(token.AccessorID);
    });
  });
}
