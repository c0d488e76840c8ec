import { Redis } from 'ioredis';
import { temporaryFolder } from './folder.ts';
import { freePort, releasePort } from './ports.ts';
import { launch, serverProgram } from './programs.ts';
import { type Server, startServer } from './server.ts';

export interface RedisServerOptions {
  readonly binary?: string;
  /** `none`: a restart finds nothing. `everysec`: a restart finds all but up to the last second. */
  readonly appendonly?: 'none' | 'everysec' | 'always';
}

/** A redis-server on a free port. */
export async function redisServer({ binary, appendonly = 'none' }: RedisServerOptions = {}): Promise<Server> {
  const program = await serverProgram('redis-server', binary);
  const folder = await temporaryFolder('redis');
  const port = await freePort();
  const persistence = appendonly === 'none' ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', appendonly];
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder.path, '--save', '', ...persistence];
  return startServer({
    name: 'redis-server',
    port,
    dir: folder.path,
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
