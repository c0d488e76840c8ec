export type { RedisEndpoint, RedisViewOptions, RedisViewReaderOptions } from './options.ts';
export { openRedisView, openRedisViewReader } from './view.ts';
