import { describe } from 'vitest';
import { freePort } from '../harness/index.ts';
import { TestProvider } from './people/openid-provider.ts';
import { signInSuite } from './people/sign-in.ts';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

const beside = await Promise.all(MODES.map(async (mode) => [mode, new TestProvider(await freePort())] as const));

describe.each(beside)('sign-in through an OpenID provider, %s', (mode, provider) => {
  const fixture = useCluster(mode, { issuerEnv: (origins) => provider.issuerEnv(origins) });
  signInSuite(fixture, provider);
  canarySuite(fixture);
});
