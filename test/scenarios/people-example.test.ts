import { describe } from 'vitest';
import { exampleSuite } from './people/example.ts';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';

describe.each(MODES)('protected resources of people, %s', (mode) => exampleSuite(useCluster(mode)));
