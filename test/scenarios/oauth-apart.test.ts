import { describe } from 'vitest';
import { apartSuite } from './oauth/apart.ts';
import { canarySuite } from './support/canary-suite.ts';
import { useCluster } from './support/fixture.ts';

describe('API clients and signed tokens, apart', () => {
  const fixture = useCluster('distributed', { links: true });
  apartSuite(fixture);
  canarySuite(fixture);
});
