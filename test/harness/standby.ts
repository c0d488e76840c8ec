import { eventually } from './eventually.ts';
import { type RedisServerOptions, redisServer, withRedis } from './redis.ts';
import type { Server } from './server.ts';
import { tcpProxy } from './tcp-proxy.ts';

/** A copy of a Redis that can fall behind it and then take its place. */
export interface Standby extends AsyncDisposable {
  readonly server: Server;
  /** From now on it hears nothing of its primary. */
  fallBehind(): void;
  /** It takes writes from now on. */
  promote(): Promise<void>;
}

export async function standbyOf(primary: Server, options: RedisServerOptions): Promise<Standby> {
  await using stack = new AsyncDisposableStack();
  const wire = stack.use(await tcpProxy(primary));
  const server = stack.use(await redisServer({ ...options, replicaOf: wire.port }));
  await withRedis(server.port, (redis) => eventually(async () => (await redis.info('replication')).includes('master_link_status:up'), { within: 20_000, what: 'a copy of the view' }));
  const owned = stack.move();
  return {
    server,
    fallBehind: () => wire.blackhole(),
    promote: () => withRedis(server.port, async (redis) => void (await redis.replicaof('NO', 'ONE'))),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
