import { describe } from 'vitest';
import { clientSuite } from './cli/clients.ts';
import { canarySuite } from './support/canary-suite.ts';
import { useCluster } from './support/fixture.ts';

describe('command line, API clients', () => {
  const fixture = useCluster('embedded');
  clientSuite(fixture);
  canarySuite(fixture);
});
