import { Redis } from 'ioredis';
import { folderOnDisk } from './folder.ts';
import { freePort, releasePort } from './ports.ts';
import { launch, serverProgram } from './programs.ts';
import { type Server, startServer } from './server.ts';

export interface RedisServerOptions {
  readonly binary?: string;
  /** `none`: a restart finds nothing. `everysec`: a restart finds all but up to the last second. */
  readonly appendonly?: 'none' | 'everysec' | 'always';
  /** MiB of a disk of its own. */
  readonly disk?: number | undefined;
  /** Port of 127.0.0.1 of the server that this one copies. */
  readonly replicaOf?: number;
}

/** A redis-server on a free port. */
export async function redisServer({ binary, appendonly = 'none', disk, replicaOf }: RedisServerOptions = {}): Promise<Server> {
  const program = await serverProgram('redis-server', binary);
  const folder = await folderOnDisk('redis', disk);
  const port = await freePort();
  const persistence = appendonly === 'none' ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', appendonly];
  const replication = replicaOf === undefined ? [] : ['--replicaof', '127.0.0.1', String(replicaOf)];
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder.path, '--save', '', ...persistence, ...replication];
  return startServer({
    name: 'redis-server',
    port,
    dir: folder.path,
    ...(folder.disk && { disk: folder.disk }),
    version: program.version,
    launch: () => launch(program, 'redis-server', args, folder.path),
    ready: () => withRedis(port, async (redis) => (await redis.ping()) === 'PONG'),
    async release() {
      releasePort(port);
      await folder[Symbol.asyncDispose]();
    },
  });
}

/** Speaks to a server over a connection of its own, as its administrator. */
export async function withRedis<T>(port: number, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
