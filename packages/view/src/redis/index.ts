export { batchOf } from './feed-entries.ts';
export { watermarkOf } from './layout.ts';
export type { RedisEndpoint, RedisViewOptions, RedisViewReaderOptions } from './options.ts';
export { openRedisView, openRedisViewReader } from './view.ts';
