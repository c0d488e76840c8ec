import { describe } from 'vitest';
import { limitSuite } from './people/limits.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

describe.each(MODES)('logins under pressure, %s', (mode) => limitSuite(useCluster(mode)));
