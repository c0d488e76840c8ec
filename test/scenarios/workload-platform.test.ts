import { describe } from 'vitest';
import { MODES } from './support/cluster.ts';
import { useCluster } from './support/fixture.ts';
import { FakePlatform, platformSuite } from './workload/platform.ts';

describe.each(MODES)('workload, platforms, %s', (mode) => {
  const platform = new FakePlatform();
  platformSuite(useCluster(mode, { issuerEnv: () => ({ MINTMARK_PLATFORMS_FILE: platform.file }) }), platform);
});
