import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { indexOf, named, type TokenJson } from '../support/acl.ts';
import { expectDenied, expectJson, expectReadHeaders } from '../support/expect.ts';
import type { Fixture } from '../support/fixture.ts';
import { until } from '../support/until.ts';

/** NO-30 to NO-33. */
export function readSuite(fixture: () => Fixture): void {
  describe('read', () => {
    test('NO-30 a read by accessor gives the full token with its secret', async () => {
      const { us } = fixture();
      const { freshness: _f, index: _i, ...token } = await us.mint();
      const reply = await us.read(token.AccessorID);
      expect(expectJson(reply)).toEqual(token);
      expect(indexOf(reply)).toBe(token.ModifyIndex);
      expectReadHeaders(reply);
    });

    test('NO-31 a global token created in the authority becomes readable in every region', async () => {
      const { us, eu, ap } = fixture();
      const { freshness: _f, index: _i, ...token } = await us.mint({ Global: true });
      for (const api of [eu, ap]) {
        const there = await until(`readable in ${api.region.name}`, async () => {
          const reply = await api.read(token.AccessorID);
          return reply.status === 200 && expectJson(reply);
        });
        const { CreateIndex: _c, ModifyIndex: _m, ...copied } = token;
        expect(there).toMatchObject(copied);
      }
    });

    test('NO-32 a blocked read answers when its token changes, else after its wait', async () => {
      const { us } = fixture();
      const { AccessorID, ModifyIndex } = await us.mint();
      const idle = await us.read(AccessorID, { index: ModifyIndex, wait: '300ms' });
      expect(indexOf(idle)).toBe(ModifyIndex);
      expect(idle.elapsed).toBeGreaterThanOrEqual(295);
      const blocked = us.read(AccessorID, { index: ModifyIndex, wait: '10s' });
      const updated = expectJson(await us.update(AccessorID, { AccessorID, Name: named('x'), Type: 'client', Policies: ['readonly'] }));
      const reply = await blocked;
      expect(expectJson(reply)).toEqual(updated);
      expect(indexOf(reply)).toBe(updated.ModifyIndex);
      expect(reply.elapsed).toBeLessThan(5_000);
    });

    test('NO-32 a read answers in every consistency mode', async () => {
      const { us } = fixture();
      const { AccessorID } = await us.mint();
      for (const query of [{}, { consistent: '' }, { stale: '' }]) expectReadHeaders(await us.read(AccessorID, query));
    });

    test('NO-33 a read needs a management token or the token\'s own secret', async () => {
      const { us } = fixture();
      const [own, other] = [await us.mint(), await us.mint()];
      expect(expectJson(await us.as(own.SecretID).read(own.AccessorID)).SecretID).toBe(own.SecretID);
      expectDenied(await us.as(own.SecretID).read(other.AccessorID));
      expectDenied(await us.as(own.SecretID).read(randomUUID()));
      expectDenied(await us.as(undefined).read(own.AccessorID));
      expect(expectJson(await us.read(own.AccessorID)).SecretID).toBe(own.SecretID);
    });
  });
}

/** NO-34 to NO-37. */
export function selfSuite(fixture: () => Fixture): void {
  describe('read self', () => {
    test('NO-34 self gives the token of the secret that is passed', async () => {
      const { us } = fixture();
      const { freshness: _f, index: _i, ...token } = await us.mint();
      const reply = await us.as(token.SecretID).self();
      expect(expectJson(reply)).toEqual(token);
      expect(indexOf(reply)).toBe(token.ModifyIndex);
      expectReadHeaders(reply);
    });

    test('NO-35 self of a global token works in every region', async () => {
      const { eu, all } = fixture();
      const token = await eu.mint({ Global: true });
      for (const api of all) expect(expectJson(await api.as(token.SecretID).self()).AccessorID).toBe(token.AccessorID);
    });

    test('NO-36 self needs any valid token', async () => {
      const { us } = fixture();
      const client = us.as((await us.mint()).SecretID);
      for (const query of [{}, { consistent: '' }, { stale: '' }]) expectReadHeaders(await client.self(query));
      for (const secret of [undefined, randomUUID(), 'nonsense']) expectDenied(await us.as(secret).self());
    });

    test('NO-36 a blocked self answers when the token changes, else after its wait', async () => {
      const { us } = fixture();
      const { AccessorID, ModifyIndex, SecretID } = await us.mint();
      const idle = await us.as(SecretID).self({ index: ModifyIndex, wait: '300ms' });
      expect(idle.elapsed).toBeGreaterThanOrEqual(295);
      const blocked = us.as(SecretID).self({ index: ModifyIndex, wait: '10s' });
      const updated = expectJson<TokenJson>(await us.update(AccessorID, { AccessorID, Name: named('x'), Type: 'client', Policies: ['readonly'] }));
      expect(expectJson(await blocked)).toEqual(updated);
    });

    test('NO-37 the credential is taken from X-Nomad-Token in any case, and from Bearer', async () => {
      const { us } = fixture();
      const token = await us.mint();
      const anyone = us.as(undefined);
      for (const name of ['X-Nomad-Token', 'x-nomad-token', 'X-NOMAD-TOKEN']) {
        expect(expectJson(await anyone.self({}, { headers: { [name]: token.SecretID } })).AccessorID).toBe(token.AccessorID);
      }
      for (const scheme of ['Bearer', 'bearer']) {
        expect(expectJson(await anyone.self({}, { headers: { Authorization: `${scheme} ${token.SecretID}` } })).AccessorID).toBe(token.AccessorID);
      }
      const both = { 'X-Nomad-Token': token.SecretID, Authorization: `Bearer ${randomUUID()}` };
      expect(expectJson(await anyone.self({}, { headers: both })).AccessorID).toBe(token.AccessorID);
    });
  });
}
