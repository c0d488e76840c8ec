export { type EmbeddedCluster, type EmbeddedClusterOptions, startEmbeddedCluster } from './embedded/cluster.ts';
