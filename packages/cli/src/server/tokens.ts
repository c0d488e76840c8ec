import { type EnvironmentReader, textForm } from '@mintmark/kit/config';
import type { TokenSettings } from '@mintmark/oauth';

/** What tokens call this service where nothing else is configured: the audience of the seed's tokens. */
export const DEFAULT_AUDIENCES: TokenSettings['audiences'] = ['AppD_APIs'];

const ISSUER = {
  name: 'MINTMARK_ISSUER_URL',
  protocols: ['http', 'https'],
  about: 'Issuer identifier: `iss` of signed tokens, and the URL below which their metadata stand. The same in every region; https in production.',
} as const;

/** How signed tokens are made and judged. Issuers and validators of every region read the same. */
export function readTokenSettings(env: EnvironmentReader): TokenSettings {
  const url = env.url(ISSUER.name, ISSUER.protocols, { about: ISSUER.about });
  return { issuer: issuerOf(url), audiences: readAudiences(env) };
}

/** The same where every region is of this process: the issuer is the first of them, unless another URL leads there. */
export function readOwnTokenSettings(env: EnvironmentReader): (first: string) => TokenSettings {
  const url = env.url(ISSUER.name, ISSUER.protocols, { about: ISSUER.about, default: undefined });
  const audiences = readAudiences(env);
  return (first) => ({ issuer: url === undefined ? first : issuerOf(url), audiences });
}

function readAudiences(env: EnvironmentReader): TokenSettings['audiences'] {
  const audiences = env.list('MINTMARK_AUDIENCES', textForm({ pattern: /^[\x21-\x7e]{1,200}$/, accepts: 'a URI or name without spaces' }), {
    about: 'Audiences that signed tokens may have. The first is this service itself, and what they have unless another is asked for.',
    default: DEFAULT_AUDIENCES,
  });
  const [own = DEFAULT_AUDIENCES[0], ...others] = audiences;
  return [own, ...others];
}

/** An issuer identifier has no slash at its end: it is compared byte for byte (RFC 8414 section 2). */
function issuerOf(url: URL): string {
  return url.href.replace(/\/+$/, '');
}
