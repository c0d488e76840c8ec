import { describe } from 'vitest';
import { boundSuite } from './sdk/bound.ts';
import { exampleSuite } from './sdk/example.ts';
import { feedSuite } from './sdk/feed.ts';
import { guardedSuite } from './sdk/guarded.ts';
import { localSuite } from './sdk/local.ts';
import { processSuite } from './sdk/process.ts';
import { readmeSuite } from './sdk/readme.ts';
import { routeSuite } from './sdk/routes.ts';
import { surfaceSuite } from './sdk/surfaces.ts';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

describe.each(MODES)('@mintmark/client, %s', (mode) => {
  const fixture = useCluster(mode);
  feedSuite(fixture);
  localSuite(fixture);
  processSuite(fixture, mode);
  guardedSuite(fixture);
  boundSuite(fixture);
  exampleSuite(fixture);
  readmeSuite(fixture);
  canarySuite(fixture);
  routeSuite(fixture);
  surfaceSuite(fixture);
});
