import { describe, expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
import { until } from '../support/until.ts';
import { isAllowed, newClient, postForm } from './client.ts';

/** Tokens where the way to the authority is slow or cut off. Distributed mode only: a process cannot be cut off from itself. */
export function apartSuite(fixture: () => Fixture): void {
  describe('regions apart', () => {
    test('P6 a client and a token of a moment ago count at their first use in a region that is a second behind', async () => {
      const { us, eu, ap } = fixture();
      eu.region.link?.delay(300);
      try {
        const client = await newClient(fixture());
        const token = await client.token(us);
        expect(await isAllowed(eu, token)).toBe(true);
        const other = await newClient(fixture());
        const minted = await other.token(eu);
        for (const api of [us, ap, eu]) expect(await isAllowed(api, minted)).toBe(true);
      } finally {
        eu.region.link?.heal();
      }
    });

    test('P6 a region that is behind revokes a token whose client it has not heard of', async () => {
      const { us, eu } = fixture();
      eu.region.link?.delay(300);
      try {
        const client = await newClient(fixture());
        const token = await client.token(us);
        expect((await postForm(eu, '/oauth2/revoke', { token }, client.basic())).status).toBe(200);
        expect([await isAllowed(eu, token), await isAllowed(us, token)]).toEqual([false, false]);
      } finally {
        eu.region.link?.heal();
      }
    });

    test('RFC 7009 2.2.1 a revocation that cannot be decided is answered with 503 and Retry-After: the token counts on until it is tried again', async () => {
      const { us, eu } = fixture();
      const client = await newClient(fixture());
      const token = await client.token(eu);
      expect(await isAllowed(eu, token)).toBe(true);
      eu.region.link?.cut();
      try {
        const reply = await postForm(eu, '/oauth2/revoke', { token }, client.basic());
        expect([reply.status, Number(reply.headers['retry-after'])]).toEqual([503, expect.any(Number)]);
        expect([await isAllowed(eu, token), await isAllowed(us, token)]).toEqual([true, true]);
        expect(await isAllowed(us, await client.token(eu))).toBe(true);
      } finally {
        eu.region.link?.heal();
      }
      await until('the revocation is decided', async () => (await postForm(eu, '/oauth2/revoke', { token }, client.basic())).status === 200);
      expect(await isAllowed(eu, token)).toBe(false);
    });
  });
}
