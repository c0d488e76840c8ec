import { type EnvironmentReader, textForm } from '@mintmark/kit/config';
import { VALIDATOR_DEFAULTS } from '@mintmark/validator';

/** How a validator's HTTP surface is reached. `httpsByDefault`: whether plain requests are refused where nothing is said. */
export function readExposure(env: EnvironmentReader, httpsByDefault: boolean) {
  const requireHttps = env.flag('MINTMARK_REQUIRE_HTTPS', { about: 'Refuse requests that did not come over https.', default: httpsByDefault });
  const trustedProxies = env.list('MINTMARK_TRUSTED_PROXIES', textForm({ pattern: /^[0-9a-fA-F.:/]+$/, accepts: 'an address or network such as 10.0.0.0/8' }), {
    about: 'Proxies whose X-Forwarded-* headers count.',
    default: VALIDATOR_DEFAULTS.trustedProxies,
  });
  return { requireHttps, trustedProxies };
}
