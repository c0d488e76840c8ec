import { describe } from 'vitest';
import { hostileSuite } from './hostile/suite.ts';
import { oneTimeSuite } from './matrix/onetime.ts';
import { matrixSuite } from './matrix/suite.ts';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';
import { listingSuite } from './surface/listing.ts';
import { protocolSuite } from './surface/protocol.ts';
import { uploadSuite } from './surface/upload.ts';

describe.each(MODES)('answers of the acl dialect, %s', (mode) => {
  const fixture = useCluster(mode);
  matrixSuite(fixture);
  oneTimeSuite(fixture);
  listingSuite(fixture);
  protocolSuite(fixture);
  uploadSuite(fixture);
  hostileSuite(fixture);
  canarySuite(fixture);
});
