export { type Cluster, type ClusterOptions, type Link, type Mode, type Part, type PartName, REGIONS, type Region, startCluster } from './cluster.ts';
export { type EventuallyOptions, eventually } from './eventually.ts';
export { type TemporaryFolder, temporaryFolder } from './folder.ts';
export { type NatsServerOptions, type NatsUser, natsServer } from './nats.ts';
export { freePort, releasePort } from './ports.ts';
export { mintmark, serverProgram } from './programs.ts';
export { type RedisServerOptions, redisServer, withRedis } from './redis.ts';
export type { Server, Snapshot } from './server.ts';
export { type Direction, type TcpProxy, tcpProxy } from './tcp-proxy.ts';
