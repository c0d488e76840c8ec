import { type EnvironmentReader, textForm } from '@mintmark/kit/config';
import type { TokenSettings } from '@mintmark/oauth';

/** What tokens call this service where nothing else is configured: the audience of the seed's tokens. */
export const DEFAULT_AUDIENCES: TokenSettings['audiences'] = ['AppD_APIs'];

/** How signed tokens are made and judged. Issuers and validators of every region read the same. */
export function readTokenSettings(env: EnvironmentReader): TokenSettings {
  const url = env.url('MINTMARK_ISSUER_URL', ['http', 'https'], {
    about: 'Issuer identifier: `iss` of signed tokens, and the URL below which their metadata stand. The same in every region; https in production.',
  });
  const audiences = env.list('MINTMARK_AUDIENCES', textForm({ pattern: /^[\x21-\x7e]{1,200}$/, accepts: 'a URI or name without spaces' }), {
    about: 'Audiences that signed tokens may have. The first is this service itself, and what they have unless another is asked for.',
    default: DEFAULT_AUDIENCES,
  });
  const [own = DEFAULT_AUDIENCES[0], ...others] = audiences;
  return { issuer: issuerOf(url), audiences: [own, ...others] };
}

/** An issuer identifier has no slash at its end: it is compared byte for byte (RFC 8414 section 2). */
function issuerOf(url: URL): string {
  return url.href.replace(/\/+$/, '');
}
