import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { protect as expressGuard } from '@mintmark/client/express';
import { protect as fastifyGuard } from '@mintmark/client/fastify';
import express from 'express';
import Fastify from 'fastify';
import { type JWK, SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newClient, postForm, type TestClient } from '../oauth/client.ts';
import { roleThatReads } from '../oauth/roles.ts';
import type { Fixture } from '../support/fixture.ts';
import { json } from '../support/http.ts';
import { validatorOf } from './support.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const JWK_ = publicKey.export({ format: 'jwk' }) as JWK;
const ORIGIN = 'https://api.example.com';

interface ProofOf {
  readonly htm?: string;
  readonly htu: string;
  /** The access token; `undefined`: none is named. */
  readonly token?: string | undefined;
  readonly iat?: number;
}

function proofOf({ htm = 'GET', htu, token, iat }: ProofOf): Promise<string> {
  const ath = token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') };
  return new SignJWT({ jti: randomUUID(), htm, htu, ...ath }).setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: JWK_ }).setIssuedAt(iat).sign(privateKey);
}

/** Tokens that are bound to a key, at the middleware (RFC 9449 section 7). */
export function boundSuite(fixture: () => Fixture): void {
  describe('bound tokens at the middleware', () => {
    const stack = new AsyncDisposableStack();
    let urls: Readonly<Record<'fastify' | 'express' | 'permitted', string>> = { fastify: '', express: '', permitted: '' };
    let client: TestClient;
    let token = '';

    beforeAll(async () => {
      const f = fixture();
      client = await newClient(f, { dpop: true, roles: [] });
      await client.update({ roles: [await roleThatReads(f, client.account)] });
      token = await boundToken();
      const validator = stack.use(await validatorOf(f.us.region));
      const fast = Fastify();
      fast.get('/x', { preHandler: fastifyGuard({ validator, dialects: ['oauth'] }) }, async ({ mintmark }) => ({ subject: mintmark?.principal.subject }));
      const resource = ({ query }: { query: unknown }): string => `application::/${client.account}::${(query as { name: string }).name}`;
      fast.get('/permitted', { preHandler: fastifyGuard({ validator, dialects: ['oauth'], verb: 'read', resource, origin: ORIGIN }) }, async ({ mintmark }) => ({ subject: mintmark?.principal.subject }));
      fast.get('/forbidden', { preHandler: fastifyGuard({ validator, dialects: ['oauth'], verb: 'delete', resource, origin: ORIGIN }) }, async () => ({}));
      stack.adopt(fast, (app) => app.close());
      const fastify = await fast.listen({ port: 0, host: '127.0.0.1' });
      const app = express();
      const router = express.Router();
      router.get('/x', expressGuard<express.Request>({ validator, dialects: ['oauth'] }), ({ mintmark }, response) => void response.json({ subject: mintmark?.principal.subject }));
      app.use('/below', router);
      const server = app.listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      stack.defer(() => new Promise((resolve) => void server.close(() => resolve())));
      urls = { fastify: `${fastify}/x`, express: `http://127.0.0.1:${(server.address() as { port: number }).port}/below/x`, permitted: `${fastify}/permitted?name=shop` };
    }, 30_000);
    afterAll(() => stack.disposeAsync());

    async function boundToken(): Promise<string> {
      const { us, secrets } = fixture();
      const dpop = await proofOf({ htm: 'POST', htu: `${us.region.http}/oauth2/token` });
      const reply = await postForm(us, '/oauth2/token', { grant_type: 'client_credentials' }, { ...client.basic(), dpop });
      const { access_token: made } = json<{ access_token: string }>(reply);
      expect(reply.status, reply.text).toBe(200);
      secrets.add(made);
      return made;
    }
    const call = (url: string, authorization: string, dpop?: string): Promise<Response> => fetch(url, { headers: { authorization, ...(dpop === undefined ? {} : { dpop }) } });

    test.each(['fastify', 'express'] as const)('RFC 9449 7.1 %s lets one in with a proof, once, and tells who it is', async (server) => {
      const dpop = await proofOf({ htu: urls[server], token });
      const answer = await call(`${urls[server]}?q=1`, `DPoP ${token}`, dpop);
      expect([answer.status, await answer.json()]).toEqual([200, { subject: `client:${client.id}` }]);
      expect((await call(urls[server], `DPoP ${token}`, dpop)).status).toBe(401);
      expect((await call(urls[server], `DPoP ${token}`, await proofOf({ htu: urls[server], token }))).status).toBe(200);
    });

    test('RFC 9449 11.1 a proof counts once in the region, at whichever validator, and where that cannot be told it does not count', async () => {
      const { us } = fixture();
      await using other = await us.region.anotherValidator?.();
      const htu = `${ORIGIN}/orders`;
      const verdictAt = async (http: string, dpop: string): Promise<readonly [number, string]> => {
        const body = JSON.stringify({ credential: { dialect: 'oauth', value: token, proof: { dpop, method: 'GET', uri: htu } } });
        const answer = await fetch(`${http}/v1/validate`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        return [answer.status, ((await answer.json()) as { verdict: string }).verdict];
      };
      const both = [us.region.http, other?.http ?? us.region.http];
      for (const [first, second] of [both, both.toReversed()] as [string, string][]) {
        const dpop = await proofOf({ htu, token });
        expect(await verdictAt(first, dpop)).toEqual([200, 'allow']);
        for (const http of [second, first]) expect(await verdictAt(http, dpop)).toEqual([200, 'deny']);
      }
      const raced = await proofOf({ htu, token });
      const verdicts = await Promise.all(Array.from({ length: 8 }, (_, at) => verdictAt(both[at % 2] ?? '', raced)));
      expect(verdicts.filter(([, verdict]) => verdict === 'allow')).toHaveLength(1);
      if (other === undefined) return;
      const plain = await (await newClient(fixture())).token();
      const issuer = us.region.part('issuer');
      await issuer.freeze();
      try {
        expect(await verdictAt(other.http, await proofOf({ htu, token }))).toEqual([503, 'unknown']);
        const bearer = await fetch(`${other.http}/v1/validate`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ credential: { dialect: 'oauth', value: plain } }) });
        expect(await bearer.json()).toMatchObject({ verdict: 'allow' });
      } finally {
        await issuer.thaw();
      }
      expect(await verdictAt(other.http, await proofOf({ htu, token }))).toEqual([200, 'allow']);
    });

    test('RFC 9449 7.2 one that is shown as a bearer token is refused, with a proof beside it and without', async () => {
      for (const dpop of [undefined, await proofOf({ htu: urls.fastify, token })]) {
        const answer = await call(urls.fastify, `Bearer ${token}`, dpop);
        expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token", DPoP algs="ES256 EdDSA"']);
      }
    });

    test('RFC 9449 4.3, 7 a proof that is missing, old, or for another method, address, token or key opens nothing', async () => {
      const htu = urls.fastify;
      const [other] = [await (await newClient(fixture())).token()];
      const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const jwk = stranger.publicKey.export({ format: 'jwk' }) as JWK;
      const ath = createHash('sha256').update(token).digest('base64url');
      const proofs = [
        undefined,
        'garbage',
        await proofOf({ htu, token, htm: 'POST' }),
        await proofOf({ htu: 'https://elsewhere.example/x', token }),
        await proofOf({ htu, token: other }),
        await proofOf({ htu }),
        await proofOf({ htu, token, iat: Math.floor(Date.now() / 1_000) - 3_600 }),
        await new SignJWT({ jti: randomUUID(), htm: 'GET', htu, ath }).setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk }).setIssuedAt().sign(stranger.privateKey),
      ];
      for (const dpop of proofs) expect((await call(htu, `DPoP ${token}`, dpop)).status).toBe(401);
      expect((await call(htu, `DPoP ${other}`, await proofOf({ htu, token: other }))).status).toBe(401);
      expect((await call(htu, `DPoP ${token}`, await proofOf({ htu, token }))).status).toBe(200);
    });

    test('RFC 9449 4.3 two proofs in one request are none', async () => {
      const proofs = [await proofOf({ htu: urls.fastify, token }), await proofOf({ htu: urls.fastify, token })];
      expect(await statusOf(urls.fastify, { authorization: `DPoP ${token}`, dpop: proofs })).toBe(401);
    });

    test('RFC 6750 3.1 where a permission is asked for too, one proof is enough, and it is for the address that clients know', async () => {
      const htu = `${ORIGIN}/permitted`;
      const answer = await call(urls.permitted, `DPoP ${token}`, await proofOf({ htu, token }));
      expect([answer.status, await answer.json()]).toEqual([200, { subject: `client:${client.id}` }]);
      expect((await call(urls.permitted, `DPoP ${token}`, await proofOf({ htu: urls.permitted, token }))).status).toBe(401);
      const forbidden = await call(urls.permitted.replace('permitted', 'forbidden'), `DPoP ${token}`, await proofOf({ htu: `${ORIGIN}/forbidden`, token }));
      expect([forbidden.status, forbidden.headers.get('www-authenticate')]).toEqual([403, expect.stringContaining('insufficient_scope')]);
    });

    test('oauth4webapi gets one and calls a resource with it, as its documentation says', async () => {
      const insecure = { [oauth.allowInsecureRequests]: true };
      const url = new URL(fixture().us.region.http);
      const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...insecure }));
      const own = { client_id: client.clientId };
      const DPoP = oauth.DPoP({}, await oauth.generateKeyPair('ES256'));
      const granted = await oauth.clientCredentialsGrantRequest(server, own, oauth.ClientSecretPost(client.secret), new URLSearchParams(), { DPoP, ...insecure });
      const { access_token: made } = await oauth.processClientCredentialsResponse(server, own, granted);
      fixture().secrets.add(made);
      const answer = await oauth.protectedResourceRequest(made, 'GET', new URL(urls.fastify), new Headers(), null, { DPoP, ...insecure });
      expect(answer.status).toBe(200);
    });
  });
}

function statusOf(url: string, headers: Readonly<Record<string, string | string[]>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { headers, agent: false }, (answer: IncomingMessage) => {
      answer.resume().once('end', () => resolve(answer.statusCode));
    })
      .once('error', reject)
      .end();
  });
}
