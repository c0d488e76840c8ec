import { describe } from 'vitest';
import { SWEEPING, timeSuite } from './people/time.ts';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

describe.each(MODES)('what time does to people, %s', (mode) => {
  const fixture = useCluster(mode, { clock: true, issuerEnv: () => SWEEPING });
  timeSuite(fixture);
  canarySuite(fixture);
});
