import { describe } from 'vitest';
import { bootstrapSuite } from './cli/bootstrap.ts';
import { failureSuite } from './cli/failures.ts';
import { tokenSuite } from './cli/tokens.ts';
import { validateSuite } from './cli/verdicts.ts';
import { actingAs, useCluster } from './support/fixture.ts';

describe('command line', () => {
  const fresh = useCluster('embedded', { bootstrapped: false });
  const root = bootstrapSuite(fresh);
  const fixture = () => actingAs(fresh(), root());
  tokenSuite(fixture);
  validateSuite(fixture);
  failureSuite(fixture);
});
