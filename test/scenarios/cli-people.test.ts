import { describe } from 'vitest';
import { peopleSuite } from './cli/people.ts';
import { canarySuite } from './support/canary-suite.ts';
import { useCluster } from './support/fixture.ts';

describe('command line, people', () => {
  const fixture = useCluster('embedded');
  peopleSuite(fixture);
  canarySuite(fixture);
});
