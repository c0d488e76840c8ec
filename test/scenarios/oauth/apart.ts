import { describe, expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
import { until } from '../support/until.ts';
import { json } from '../support/http.ts';
import { isAllowed, newClient, postForm, root } from './client.ts';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

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

    test('P6 a secret of a moment ago, and a client that was enabled a moment ago, count at their first use in a region that is behind', async () => {
      const { us, eu, secrets } = fixture();
      const client = await newClient(fixture());
      await until('the region knows the client', async () => (await client.ask(eu)).status === 200);
      eu.region.link?.delay(300);
      try {
        const reply = await us.call('POST', `${client.path}/secret`, { token: root(us), body: { revokeOthers: true } });
        client.secret = json<{ clientSecret: string }>(reply).clientSecret;
        secrets.add(client.secret);
        expect((await client.ask(eu)).status).toBe(200);
        await client.update({ enabled: false }, us);
        await until('the region knows that it is disabled', async () => (await client.ask(eu)).status === 401);
        await client.update({ enabled: true }, us);
        expect(await isAllowed(eu, await client.token(us))).toBe(true);
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

    test('P6 a region that has not heard of the key yet exchanges and revokes what it has signed', async () => {
      const { us, eu } = fixture();
      const client = await newClient(fixture());
      await until('the region knows the client', async () => (await client.ask(eu)).status === 200);
      const keys = json<readonly { readonly kid: string; readonly region: string; readonly state: string }[]>(await us.call('GET', '/v1/operator/keys', { token: root(us) }));
      const old = keys.filter(({ region, state }) => region === us.region.name && state !== 'gone').map(({ kid }) => kid);
      eu.region.link?.delay(300);
      try {
        for (const kid of old) expect((await us.call('POST', '/v1/operator/keys/withdraw', { token: root(us), body: { kid } })).status).toBe(200);
        const token = await until('the region signs with a new key', async () => {
          const reply = await client.ask(us);
          return reply.status === 200 && json<{ access_token: string }>(reply).access_token;
        });
        fixture().secrets.add(token);
        const kid = (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
        expect(old).not.toContain(kid);
        const exchanged = await postForm(eu, '/oauth2/token', { grant_type: EXCHANGE, subject_token: token, subject_token_type: ACCESS_TOKEN }, client.basic());
        expect(exchanged.status, exchanged.text).toBe(200);
        fixture().secrets.add(json<{ access_token: string }>(exchanged).access_token);
        expect((await postForm(eu, '/oauth2/revoke', { token }, client.basic())).status).toBe(200);
        expect(await isAllowed(eu, token)).toBe(false);
      } finally {
        eu.region.link?.heal();
      }
      expect((await us.call('GET', '/.well-known/jwks.json')).status).toBe(200);
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
