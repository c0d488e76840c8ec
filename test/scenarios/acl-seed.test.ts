import { describe } from 'vitest';
import { bootstrapSuite } from './seed/bootstrap.ts';
import { createSuite, localitySuite } from './seed/create.ts';
import { deleteSuite } from './seed/delete.ts';
import { listSuite } from './seed/list.ts';
import { readSuite, selfSuite } from './seed/read.ts';
import { updateRulesSuite, updateSuite } from './seed/update.ts';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { actingAs, useCluster } from './support/fixture.ts';

describe.each(MODES)('seed page of acl tokens, %s', (mode) => {
  const fresh = useCluster(mode, { bootstrapped: false });
  const root = bootstrapSuite(fresh);
  const fixture = () => actingAs(fresh(), root());
  listSuite(fixture);
  createSuite(fixture);
  localitySuite(fixture);
  updateSuite(fixture);
  updateRulesSuite(fixture);
  readSuite(fixture);
  selfSuite(fixture);
  deleteSuite(fixture);
  canarySuite(fixture);
});
