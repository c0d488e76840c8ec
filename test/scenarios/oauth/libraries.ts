import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { ClientCredentials } from 'simple-oauth2';
import { describe, expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
import { isAllowed, newClient } from './client.ts';

const INSECURE = { [oauth.allowInsecureRequests]: true };

/** Clients that nobody here wrote, as their own documentation uses them. */
export function librarySuite(fixture: () => Fixture): void {
  const origin = (): string => fixture().us.region.http;

  describe('libraries of others', () => {
    test('openid-client finds the endpoints, gets a token, asks about it and revokes it', async () => {
      const client = await newClient(fixture());
      const options: openid.DiscoveryRequestOptions = { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] };
      const config = await openid.discovery(new URL(origin()), client.clientId, client.secret, openid.ClientSecretBasic(client.secret), options);
      const { access_token: token, expiresIn } = await openid.clientCredentialsGrant(config, { scope: 'Account%20Owner' });
      fixture().secrets.add(token);
      expect(expiresIn()).toBeGreaterThan(290);
      expect(await openid.tokenIntrospection(config, token)).toMatchObject({ active: true, client_id: client.clientId, scope: 'Account%20Owner' });
      await openid.tokenRevocation(config, token);
      expect(await openid.tokenIntrospection(config, token)).toEqual({ active: false });
      expect(await isAllowed(fixture().us, token)).toBe(false);
    });

    test('oauth4webapi signs in with its own key, and a resource of its own accepts the token', async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
      const { kty, crv, x, y } = await exportJWK(publicKey);
      const client = await newClient(fixture(), { jwks: { keys: [{ kty, crv, x, y, kid: 'mine' }] } });
      const url = new URL(origin());
      const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...INSECURE }));
      const own = { client_id: client.clientId };
      const proof = oauth.PrivateKeyJwt({ key: privateKey, kid: 'mine' });
      const response = await oauth.clientCredentialsGrantRequest(server, own, proof, new URLSearchParams(), INSECURE);
      const { access_token: token } = await oauth.processClientCredentialsResponse(server, own, response);
      fixture().secrets.add(token);
      const about = await oauth.introspectionRequest(server, own, proof, token, INSECURE);
      expect(await oauth.processIntrospectionResponse(server, own, about)).toMatchObject({ active: true, sub: client.name });
      const request = new Request(`${origin()}/anything`, { headers: { authorization: `Bearer ${token}` } });
      const claims = await oauth.validateJwtAccessToken(server, request, 'AppD_APIs', { ...INSECURE, signingAlgorithms: ['EdDSA'] });
      expect(claims.client_id).toBe(client.clientId);
    });

    test('oauth4webapi gets a token that is bound to its key (RFC 9449)', async () => {
      const client = await newClient(fixture(), { dpop: true });
      const url = new URL(origin());
      const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...INSECURE }));
      const own = { client_id: client.clientId };
      const DPoP = oauth.DPoP({}, await oauth.generateKeyPair('ES256'));
      const response = await oauth.clientCredentialsGrantRequest(server, own, oauth.ClientSecretPost(client.secret), new URLSearchParams(), { DPoP, ...INSECURE });
      const { token_type: type, access_token: token } = await oauth.processClientCredentialsResponse(server, own, response);
      fixture().secrets.add(token);
      expect(type).toBe('dpop');
    });

    test('simple-oauth2 gets a token and revokes it', async () => {
      const client = await newClient(fixture());
      const auth = { tokenHost: origin(), tokenPath: '/oauth2/token', revokePath: '/oauth2/revoke' };
      const granted = await new ClientCredentials({ client: { id: client.clientId, secret: client.secret }, auth }).getToken({});
      const { access_token: token } = granted.token;
      fixture().secrets.add(token);
      expect(await isAllowed(fixture().us, token)).toBe(true);
      await granted.revoke('access_token');
      expect(await isAllowed(fixture().us, token)).toBe(false);
    });

    test('jose verifies tokens of every region by the published key set of one', async () => {
      const client = await newClient(fixture());
      const keys = createRemoteJWKSet(new URL(`${fixture().ap.region.http}/.well-known/jwks.json`));
      for (const api of fixture().all) {
        const { payload } = await jwtVerify(await client.token(api), keys, { issuer: origin(), audience: 'AppD_APIs', typ: 'at+jwt', algorithms: ['EdDSA'] });
        expect(payload.sub).toBe(client.name);
      }
    });
  });
}
