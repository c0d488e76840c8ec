import { describe } from 'vitest';
import { exampleSuite } from './sdk/example.ts';
import { guardedSuite } from './sdk/guarded.ts';
import { localSuite } from './sdk/local.ts';
import { useCluster } from './support/fixture.ts';

describe('@mintmark/client, embedded', () => {
  const fixture = useCluster('embedded');
  localSuite(fixture);
  guardedSuite(fixture);
  exampleSuite(fixture);
});
