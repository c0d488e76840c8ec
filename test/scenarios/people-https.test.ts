import { describe } from 'vitest';
import { HTTPS_ONLY, httpsSuite } from './people/https.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

describe.each(MODES)('people over https, %s', (mode) => httpsSuite(useCluster(mode, { bootstrapped: false, validatorEnv: () => HTTPS_ONLY })));
