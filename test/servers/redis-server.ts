import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { temporaryFolder } from '../harness/folder.ts';
import { freePort, releasePort } from '../harness/ports.ts';
import { startProcess } from '../harness/process.ts';
import { type Server, startServer } from '../harness/server.ts';

export interface RedisServerOptions {
  /** `none`: a restart finds nothing. `everysec`: a restart finds all but up to the last second. */
  readonly appendonly?: 'none' | 'everysec' | 'always';
}

/** A redis-server of the system on a free port. */
export async function startRedis({ appendonly = 'none' }: RedisServerOptions = {}): Promise<Server> {
  const folder = await temporaryFolder('redis');
  const port = await freePort();
  const persistence = appendonly === 'none' ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', appendonly];
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder.path, '--save', '', ...persistence];
  const { stdout } = await promisify(execFile)('redis-server', ['--version']);
  return startServer({
    name: 'redis-server',
    port,
    dir: folder.path,
    version: /v=(\S+)/.exec(stdout)?.[1] ?? 'unknown',
    launch: () => startProcess({ command: 'redis-server', args }),
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

/** The rules of a user that may only read one region's view. */
export function readerRules(region: string): readonly string[] {
  return ['-@all', '+hmget', '+hget', '+zrange', '+fcall_ro', '+xread', '+info', '+ping', 'resetchannels', 'resetkeys', `%R~{mintmark:${region}}:*`];
}

/** The rules of a user that may write one region's view. */
export function writerRules(region: string): readonly string[] {
  const commands = ['hmget', 'hget', 'hset', 'hdel', 'zadd', 'zrem', 'zrange', 'xadd', 'xtrim', 'xrange', 'xdel', 'xread', 'expire', 'unlink'];
  const others = ['fcall', 'fcall_ro', 'function|load', 'info', 'ping'];
  return ['-@all', ...[...commands, ...others].map((name) => `+${name}`), 'resetchannels', 'resetkeys', `~{mintmark:${region}}:*`];
}

/** Creates a user under rules. */
export async function addUser(port: number, name: string, password: string, rules: readonly string[]): Promise<void> {
  await withRedis(port, (redis) => redis.call('ACL', 'SETUSER', name, 'reset', 'on', `>${password}`, ...rules));
}
