import { describe } from 'vitest';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';
import { routesSuite } from './tenants/suite.ts';

describe.each(MODES)('tenants apart, %s', (mode) => {
  const fixture = useCluster(mode);
  routesSuite(fixture);
  canarySuite(fixture);
});
