import { describe } from 'vitest';
import { accessTokenSuite } from './oauth/access-tokens.ts';
import { administrationSuite } from './oauth/administration.ts';
import { applicationSuite } from './oauth/applications.ts';
import { forgerySuite } from './oauth/forgeries.ts';
import { keySuite } from './oauth/keys.ts';
import { librarySuite } from './oauth/libraries.ts';
import { ruleSuite } from './oauth/rules.ts';
import { standardsSuite } from './oauth/standards.ts';
import { temporaryTokenSuite } from './oauth/temporary-tokens.ts';
import { canarySuite } from './support/canary-suite.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

describe.each(MODES)('API clients and signed tokens, %s', (mode) => {
  const fixture = useCluster(mode);
  administrationSuite(fixture);
  accessTokenSuite(fixture);
  temporaryTokenSuite(fixture);
  applicationSuite(fixture);
  standardsSuite(fixture);
  ruleSuite(fixture);
  librarySuite(fixture);
  forgerySuite(fixture);
  keySuite(fixture);
  canarySuite(fixture);
});
