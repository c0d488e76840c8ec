import { describe } from 'vitest';
import { authorizeSuite } from './decisions/authorize.ts';
import { escalationSuite } from './decisions/escalation.ts';
import { raceSuite } from './decisions/race.ts';
import { tutorialSuite } from './decisions/tutorial.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

describe.each(MODES)('decisions, %s', (mode) => {
  const fixture = useCluster(mode);
  tutorialSuite(fixture);
  authorizeSuite(fixture);
  escalationSuite(fixture);
  raceSuite(fixture);
});
