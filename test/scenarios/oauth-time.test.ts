import { describe } from 'vitest';
import { scheduleSuite, SCHEDULED } from './oauth/schedule.ts';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

describe.each(MODES)('what time does to signing keys and denials, and controllers before 4.5.9, %s', (mode) => {
  const fixture = useCluster(mode, { clock: true, issuerEnv: () => SCHEDULED.issuers, validatorEnv: () => SCHEDULED.validators });
  scheduleSuite(fixture);
  canarySuite(fixture);
});
