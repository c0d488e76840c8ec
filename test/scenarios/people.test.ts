import { describe } from 'vitest';
import { accessTokenSuite } from './people/access-tokens.ts';
import { organizationSuite } from './people/organizations.ts';
import { pagingSuite } from './people/paging.ts';
import { sessionSuite } from './people/sessions.ts';
import { tokenReachSuite } from './people/token-reach.ts';
import { userSuite } from './people/users.ts';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

describe.each(MODES)('organizations and people, %s', (mode) => {
  const fixture = useCluster(mode);
  organizationSuite(fixture);
  userSuite(fixture);
  pagingSuite(fixture);
  sessionSuite(fixture);
  accessTokenSuite(fixture);
  tokenReachSuite(fixture);
  canarySuite(fixture);
});
