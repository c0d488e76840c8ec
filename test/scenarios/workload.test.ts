import { describe } from 'vitest';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';
import { pipelineSuite } from './workload/pipeline.ts';
import { pipelineFaultSuite } from './workload/pipeline-faults.ts';
import { recordSuite } from './workload/records.ts';
import { tutorialSuite } from './workload/tutorial.ts';
import { tokenSuite } from './workload/tokens.ts';

describe.each(MODES)('workload, %s', (mode) => {
  const fixture = useCluster(mode);
  recordSuite(fixture);
  tokenSuite(fixture);
  pipelineSuite(fixture);
  pipelineFaultSuite(fixture, mode);
  tutorialSuite(fixture);
  canarySuite(fixture);
});
