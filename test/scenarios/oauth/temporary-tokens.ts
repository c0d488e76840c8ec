import { describe, expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
import { claimsOf, isAllowed, newClient, root } from './client.ts';

/** Temporary tokens: seed AD-19, AD-22, AD-34, AD-37 to AD-41, AD-43. */
export function temporaryTokenSuite(fixture: () => Fixture): void {
  describe('temporary tokens', () => {
    test('AD-19, AD-22, AD-40 an administrator generates one, for a day where nothing else is asked for', async () => {
      const client = await newClient(fixture());
      const { access_token: token, expires_in: expiresIn } = await client.temporary();
      const { exp, iat } = claimsOf(token);
      expect([expiresIn, exp - iat, await isAllowed(fixture().us, token)]).toEqual([86_400, 86_400, true]);
    });

    test('AD-34, AD-36 revoking ends the current one', async () => {
      const client = await newClient(fixture());
      const { access_token: token } = await client.temporary();
      expect((await client.revokeTemporary()).status).toBe(204);
      expect(await isAllowed(fixture().us, token)).toBe(false);
      expect((await client.revokeTemporary()).status).toBe(404);
      expect((await client.read()).temporaryToken).toBeNull();
    });

    test('AD-37, AD-38, AD-39, AD-43 regenerating gives another for as long as is asked; the old one lives on and can be revoked no more', async () => {
      const client = await newClient(fixture());
      const { access_token: old } = await client.temporary();
      const { access_token: fresh, expires_in: expiresIn } = await client.temporary({ expirationSeconds: 3_600 }, '/regenerate');
      expect([fresh === old, expiresIn, claimsOf(fresh).exp - claimsOf(fresh).iat]).toEqual([false, 3_600, 3_600]);
      expect([await isAllowed(fixture().us, old), await isAllowed(fixture().us, fresh)]).toEqual([true, true]);
      await client.revokeTemporary();
      expect([await isAllowed(fixture().us, old), await isAllowed(fixture().us, fresh)]).toEqual([true, false]);
    });

    test('AD-41 it lives for thirty days at most', async () => {
      const client = await newClient(fixture());
      for (const action of ['', '/regenerate']) {
        const { access_token: token, expires_in: expiresIn } = await client.temporary({ expirationSeconds: 2_592_000 }, action);
        expect([expiresIn, claimsOf(token).exp - claimsOf(token).iat, await isAllowed(fixture().us, token)]).toEqual([2_592_000, 2_592_000, true]);
        for (const expirationSeconds of [2_592_001, 0, -1, 1.5, '60']) {
          const reply = await fixture().us.call('POST', `${client.path}/temporary-token${action}`, { token: root(fixture().us), body: { expirationSeconds } });
          expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('expirationSeconds')]);
        }
      }
    });
  });
}
