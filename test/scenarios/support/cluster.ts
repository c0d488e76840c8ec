import type { Mode } from '../../harness/cluster.ts';

export { type Cluster, type ClusterOptions, type Mode, type PartName, type Region, startCluster } from '../../harness/cluster.ts';

/** The two ways to run the same code; every scenario holds in both. */
export const MODES: readonly Mode[] = ['embedded', 'distributed'];
