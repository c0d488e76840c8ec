import { describe } from 'vitest';
import { BEHIND_PROXY, LIMITED, oauthHttpsSuite, SIGNED_WITH_RSA } from './oauth/https.ts';
import { httpsSuite } from './people/https.ts';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';
import { HTTPS_ONLY, overHttps } from './support/https.ts';

describe.each(MODES)('over https only, %s', (mode) => {
  const fixture = useCluster(mode, { bootstrapped: false, validatorEnv: () => ({ ...HTTPS_ONLY, ...BEHIND_PROXY, ...LIMITED }), issuerEnv: () => ({ ...BEHIND_PROXY, ...SIGNED_WITH_RSA }) });
  const https = overHttps(fixture);
  httpsSuite(fixture, https);
  oauthHttpsSuite(fixture, https);
  canarySuite(fixture, async ({ us }, Name) => https.call(us, 'POST', '/v1/acl/token', { token: await https.root(), body: { Name, Type: 'management' } }));
});
