import { describe } from 'vitest';
import { blockingSuite } from './policies/blocking.ts';
import { documentSuite } from './policies/documents.ts';
import { flipSuite } from './policies/flips.ts';
import { historySuite } from './policies/history.ts';
import { hostileSuite } from './policies/hostile.ts';
import { readingSuite } from './policies/reading.ts';
import { roleSuite } from './policies/roles.ts';
import { watchSuite } from './policies/watch.ts';
import { writingSuite } from './policies/writing.ts';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

describe.each(MODES)('policies and roles, %s', (mode) => {
  const fixture = useCluster(mode);
  readingSuite(fixture);
  writingSuite(fixture);
  roleSuite(fixture);
  blockingSuite(fixture);
  flipSuite(fixture);
  historySuite(fixture);
  documentSuite(fixture);
  watchSuite(fixture);
  hostileSuite(fixture);
  canarySuite(fixture);
});
