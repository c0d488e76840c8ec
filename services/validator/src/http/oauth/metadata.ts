import { ASSERTION_ALGORITHMS } from '@mintmark/keys/assertions';
import { PROOF_ALGORITHMS } from '@mintmark/keys/dpop';
import type { FastifyInstance } from 'fastify';
import type { ValidatorContext } from '../../context.ts';
import { oauthApi } from '../api.ts';
import { api } from '@mintmark/kit/http';

const PATH = '/.well-known/oauth-authorization-server';
const METADATA_API = oauthApi('Authorization server metadata (RFC 8414)', { security: [''] });
const METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;

/** `GET /.well-known/oauth-authorization-server` (RFC 8414), before the path of the issuer where it has one. */
export function registerMetadata(app: FastifyInstance, ctx: ValidatorContext): void {
  const { issuer } = ctx.oauth.tokens.settings;
  const text = JSON.stringify(metadataOf(issuer));
  const maxAge = Math.floor(ctx.oauth.jwksMaxAgeMs / 1_000);
  const path = new URL(issuer).pathname.replace(/\/+$/, '');
  for (const url of new Set([PATH, `${PATH}${path}`])) {
    app.get(url, api(url === PATH ? METADATA_API : { left: 'the same, at the path of the issuer' }), (_request, reply) => reply.header('cache-control', `public, max-age=${maxAge}`).header('content-type', 'application/json').send(text));
  }
}

function metadataOf(issuer: string) {
  const signed = { _auth_methods_supported: METHODS, _auth_signing_alg_values_supported: ASSERTION_ALGORITHMS };
  const authenticated = (endpoint: string) => Object.fromEntries(Object.entries(signed).map(([name, values]) => [`${endpoint}_endpoint${name}`, values]));
  return {
    issuer,
    token_endpoint: `${issuer}/oauth2/token`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    introspection_endpoint: `${issuer}/oauth2/introspect`,
    revocation_endpoint: `${issuer}/oauth2/revoke`,
    response_types_supported: [],
    grant_types_supported: ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    ...authenticated('token'),
    ...authenticated('introspection'),
    ...authenticated('revocation'),
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
  };
}
