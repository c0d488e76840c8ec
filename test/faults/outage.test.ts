import { describe } from 'vitest';
import { authoritySuite, frozenAuthoritySuite } from './outage/authority.ts';
import { FLOOD_LIMITS, floodSuite } from './outage/flood.ts';
import { laggingSuite } from './outage/lagging.ts';
import { logSuite, unshownSuite } from './outage/log.ts';
import { restartSuite } from './outage/restart.ts';
import { unknownSuite } from './outage/unknown.ts';
import { viewSuite } from './outage/view.ts';
import { canarySuite } from '../scenarios/support/canary-suite.ts';
import { useCluster } from '../scenarios/support/fixture.ts';

// In embedded mode one process runs all regions: none of them can be down, lag or lose its view alone.
describe('regions in trouble, distributed', () => {
  const fixture = useCluster('distributed', FLOOD_LIMITS);
  laggingSuite(fixture);
  unknownSuite(fixture);
  viewSuite(fixture);
  logSuite(fixture);
  unshownSuite(fixture);
  authoritySuite(fixture);
  frozenAuthoritySuite(fixture);
  floodSuite(fixture);
  restartSuite(fixture);
  canarySuite(fixture);
});

describe('regions in trouble, embedded', () => {
  const fixture = useCluster('embedded');
  restartSuite(fixture);
  canarySuite(fixture);
});
