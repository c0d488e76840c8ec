import { describe } from 'vitest';
import { accessTokenSuite } from './oauth/access-tokens.ts';
import { administrationSuite } from './oauth/administration.ts';
import { temporaryTokenSuite } from './oauth/temporary-tokens.ts';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

describe.each(MODES)('API clients and signed tokens, %s', (mode) => {
  const fixture = useCluster(mode);
  administrationSuite(fixture);
  accessTokenSuite(fixture);
  temporaryTokenSuite(fixture);
  canarySuite(fixture);
});
