import { describe } from 'vitest';
import { dialectSuite } from './people/dialects.ts';
import { tenantSuite } from './people/tenants.ts';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

describe.each(MODES)('dialects and organizations apart, %s', (mode) => {
  const fixture = useCluster(mode);
  dialectSuite(fixture);
  tenantSuite(fixture);
  canarySuite(fixture);
});
