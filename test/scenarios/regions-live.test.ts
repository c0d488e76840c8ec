import { describe } from 'vitest';
import { blockingSuite, revokedWhileBlockedSuite, waitBoundsSuite } from './regions/blocking.ts';
import { firstUseSuite, freshnessSuite, unreachableFreshnessSuite } from './regions/freshness.ts';
import { localitySuite } from './regions/locality.ts';
import { propagationSuite } from './regions/propagation.ts';
import { revocationSuite } from './regions/revocation.ts';
import { verdictSuite } from './regions/verdicts.ts';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

describe.each(MODES)('three regions, %s', (mode) => {
  const fixture = useCluster(mode);
  freshnessSuite(fixture);
  firstUseSuite(fixture);
  unreachableFreshnessSuite(fixture);
  propagationSuite(fixture);
  revocationSuite(fixture);
  verdictSuite(fixture);
  localitySuite(fixture);
  blockingSuite(fixture);
  waitBoundsSuite(fixture);
  revokedWhileBlockedSuite(fixture);
  canarySuite(fixture);
});
