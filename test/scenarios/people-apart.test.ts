import { describe } from 'vitest';
import { dialectSuite } from './people/dialects.ts';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

describe.each(MODES)('dialects apart, %s', (mode) => {
  const fixture = useCluster(mode);
  dialectSuite(fixture);
  canarySuite(fixture);
});
