import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { indexOf, named } from '../support/acl.ts';
import { expectDenied, expectJson, expectRefusal, expectWriteHeaders, invalid } from '../support/expect.ts';
import { type Fixture, quietIndex } from '../support/fixture.ts';

/** NO-23 to NO-26, NO-29 and NO-42. */
export function updateSuite(fixture: () => Fixture): void {
  describe('update', () => {
    test('NO-23 an update renames a token and changes its policies', async () => {
      const { us } = fixture();
      const { AccessorID } = await us.mint({ Policies: ['readonly'] });
      const body = { AccessorID, Name: named('renamed'), Type: 'client', Policies: ['readwrite', 'audit'] };
      const reply = await us.update(AccessorID, body);
      expect(expectJson(reply)).toMatchObject(body);
      expectWriteHeaders(reply);
      expect(await us.look(AccessorID)).toMatchObject(body);
    });

    test('NO-24 the update of a global token is executed in the authority, wherever it is sent', async () => {
      const { us, eu, ap } = fixture();
      const { AccessorID } = await us.mint({ Global: true });
      for (const api of [eu, ap, us]) {
        const Name = named('renamed');
        const reply = await api.update(AccessorID, { AccessorID, Name, Type: 'client', Policies: ['readonly'] });
        const updated = expectJson(reply);
        expect(updated).toMatchObject({ Name, Global: true });
        expect(await us.look(AccessorID)).toEqual(updated);
        expect(indexOf(reply)).toBe(updated.ModifyIndex);
      }
    });

    test('NO-29 an update keeps accessor, secret, create time and create index, and its modify index is greater', async () => {
      const { us } = fixture();
      const { freshness: _f, index: _i, ...before } = await us.mint();
      const asked = { AccessorID: before.AccessorID, Name: named('x'), Type: 'client', Policies: ['readwrite'], SecretID: randomUUID(), CreateTime: '2001-01-01T00:00:00Z', CreateIndex: 1, ModifyIndex: 1 };
      const after = expectJson(await us.update(before.AccessorID, asked));
      const { ModifyIndex, Hash, ...kept } = after;
      const { ModifyIndex: earlier, Hash: old, ...expected } = before;
      expect(kept).toEqual({ ...expected, Name: asked.Name, Policies: ['readwrite'] });
      expect(ModifyIndex).toBeGreaterThan(earlier);
      expect(Hash).not.toBe(old);
      expectJson(await us.as(before.SecretID).self());
      expectDenied(await us.as(asked.SecretID).self());
    });

    test('NO-42 the seed\'s update payload with its trailing comma is accepted', async () => {
      const { us } = fixture();
      const { AccessorID } = await us.mint();
      const payload = `{\n    "AccessorID": "${AccessorID}",\n    "Name": "Read-write token",\n    "Type": "client",\n    "Policies": ["readwrite"],\n}\n`;
      expect(expectJson(await us.update(AccessorID, payload))).toMatchObject({ Name: 'Read-write token', Policies: ['readwrite'] });
    });
  });
}

/** NO-25 to NO-28: what an update is refused for. */
export function updateRulesSuite(fixture: () => Fixture): void {
  describe('update, rules', () => {
    test.each([true, false])('NO-25 a token with Global %s cannot be switched, in any region', async (global) => {
      const { us, all } = fixture();
      const { freshness: _f, index: _i, ...before } = await us.mint({ Global: global });
      for (const api of global ? all : [us]) {
        const body = { ...before, Name: named('switched'), Global: !global };
        expectRefusal(await api.update(before.AccessorID, body), 400, invalid('cannot toggle global mode'));
      }
      expect(await us.look(before.AccessorID)).toEqual(before);
    });

    test('NO-25 a local token of another region cannot be made global there', async () => {
      const { us, eu } = fixture();
      const { freshness: _f, index: _i, ...before } = await eu.mint();
      expectRefusal(await eu.update(before.AccessorID, { ...before, Global: true }), 400, invalid('cannot toggle global mode'));
      expect(await eu.look(before.AccessorID)).toEqual(before);
      expect((await us.read(before.AccessorID)).status).toBe(404);
    });

    test('NO-26 an update needs a management token and does not block', async () => {
      const { us } = fixture();
      const token = await us.mint();
      const body = { AccessorID: token.AccessorID, Name: named('x'), Type: 'client', Policies: ['readonly'] };
      for (const secret of [undefined, token.SecretID, randomUUID()]) expectDenied(await us.as(secret).update(token.AccessorID, body));
      expect((await us.look(token.AccessorID)).Name).toBe(token.Name);
      const reply = await us.update(token.AccessorID, body, { query: { index: (await quietIndex(us)) + 1000, wait: '5s' } });
      expectJson(reply);
      expect(reply.elapsed).toBeLessThan(2_500);
    });
    accessorAndShape(fixture);
  });
}

function accessorAndShape(fixture: () => Fixture): void {
  test('NO-27 the accessor is required in the body and equals the one in the path', async () => {
    const { us } = fixture();
    const token = await us.mint();
    const body = { Name: named('x'), Type: 'client', Policies: ['readonly'] };
    for (const wrong of [body, { ...body, AccessorID: '' }, { ...body, AccessorID: randomUUID() }]) {
      expectRefusal(await us.update(token.AccessorID, wrong), 400, 'ACL token accessor does not match request path');
    }
    const unknown = randomUUID();
    expectRefusal(await us.update(unknown, { ...body, AccessorID: unknown }), 400, `cannot find token ${unknown}`);
    expect(await us.look(token.AccessorID)).toMatchObject({ Name: token.Name, ModifyIndex: token.ModifyIndex });
  });

  test('NO-28 the rules for name, type and policies hold for an update too', async () => {
    const { us } = fixture();
    const { AccessorID, ModifyIndex } = await us.mint();
    const refused: [object, string][] = [
      [{ Policies: ['readonly'] }, 'token type must be client or management'],
      [{ Type: 'foo', Policies: ['readonly'] }, 'token type must be client or management'],
      [{ Type: 'client' }, 'client token missing policies or roles'],
      [{ Type: 'client', Policies: [] }, 'client token missing policies or roles'],
      [{ Type: 'management', Policies: ['readonly'] }, 'management token cannot be associated with policies or roles'],
      [{ Type: 'client', Policies: ['readonly'], Name: 'n'.repeat(257) }, 'token name too long'],
    ];
    for (const [body, message] of refused) expectRefusal(await us.update(AccessorID, { AccessorID, ...body }), 400, invalid(message));
    expect((await us.look(AccessorID)).ModifyIndex).toBe(ModifyIndex);
    expect(expectJson(await us.update(AccessorID, { AccessorID, Type: 'client', Policies: ['readonly'] })).Name).toBe('');
    for (const Policies of [null, []]) expectJson(await us.update(AccessorID, { AccessorID, Type: 'management', Policies }));
    expectJson(await us.update(AccessorID, { AccessorID, Type: 'client', Policies: ['readonly'] }));
  });
}
