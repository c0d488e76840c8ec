import type { IssuerConfig } from '@mintmark/issuer';
import { type EnvironmentReader, textForm, urlForm } from '@mintmark/kit/config';

const PREFIX = 'MINTMARK_OIDC_';
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** The OpenID provider by which users without a password sign in; `undefined` where none is named. */
export function readSignIn(env: EnvironmentReader): IssuerConfig['provider'] {
  const only = { default: undefined };
  const issuer = env.url(`${PREFIX}ISSUER`, ['https', 'http'], { about: 'Issuer identifier of the OpenID provider for sign-ins without a password; http on loopback only.', ...only });
  const clientId = env.text(`${PREFIX}CLIENT_ID`, { about: 'What the provider calls this service.', ...only });
  const clientSecret = env.secret(`${PREFIX}CLIENT_SECRET`, { about: 'Client secret at the provider; without one the client is public.', ...only });
  const redirectUrls = env.list(`${PREFIX}REDIRECT_URLS`, urlForm(['https', 'http']), {
    about: 'Where the provider sends browsers back to, as registered there: `https://HOST/authentication/oidc/callback`, one for each host.',
    ...only,
  });
  const scopes = env.list(`${PREFIX}SCOPES`, textForm({ pattern: /^[\x21\x23-\x5b\x5d-\x7e]+$/, accepts: 'a scope' }), { about: 'What the provider is asked for.', default: ['openid', 'email'] });
  const usernameClaim = env.text(`${PREFIX}USERNAME_CLAIM`, { about: 'The claim that is the username; of `email` only a verified one counts.', default: 'email' });
  if (issuer === undefined) {
    for (const [name, given] of Object.entries({ CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, REDIRECT_URLS: redirectUrls })) {
      if (given !== undefined) env.fault(`${PREFIX}${name}`, `is of no use without ${PREFIX}ISSUER`);
    }
    return undefined;
  }
  if (!secureOrLocal(issuer)) env.fault(`${PREFIX}ISSUER`, 'must be an https URL: http counts on loopback only');
  if (redirectUrls?.some((url) => !secureOrLocal(url))) env.fault(`${PREFIX}REDIRECT_URLS`, 'must be https URLs: http counts on loopback only');
  if (!scopes.includes('openid')) env.fault(`${PREFIX}SCOPES`, 'must have openid among them');
  if (clientId === undefined) env.fault(`${PREFIX}CLIENT_ID`, `is needed together with ${PREFIX}ISSUER`);
  if (redirectUrls === undefined) env.fault(`${PREFIX}REDIRECT_URLS`, `is needed together with ${PREFIX}ISSUER`);
  if (clientId === undefined || redirectUrls === undefined) return undefined;
  return { issuer, clientId, clientSecret, redirectUrls, scopes, usernameClaim };
}

function secureOrLocal(url: URL): boolean {
  return url.protocol === 'https:' || LOOPBACK.test(url.hostname);
}
