import { describe } from 'vitest';
import { bootstrapSuite } from './cli/bootstrap.ts';
import { failureSuite } from './cli/failures.ts';
import { policyDiffSuite, policySuite } from './cli/policies.ts';
import { roleSuite } from './cli/roles.ts';
import { tokenSuite } from './cli/tokens.ts';
import { authorizeSuite, validateSuite } from './cli/verdicts.ts';
import { actingAs, useCluster } from './support/fixture.ts';

describe('command line', () => {
  const fresh = useCluster('embedded', { bootstrapped: false });
  const root = bootstrapSuite(fresh);
  const fixture = () => actingAs(fresh(), root());
  tokenSuite(fixture);
  policySuite(fixture);
  policyDiffSuite(fixture);
  roleSuite(fixture);
  validateSuite(fixture);
  authorizeSuite(fixture);
  failureSuite(fixture);
});
