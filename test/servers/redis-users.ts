import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../harness/programs.ts';
import { withRedis } from '../harness/redis.ts';

const DEPLOYED = readFileSync(join(ROOT, 'deploy', 'redis', 'users.acl'), 'utf8');

/** Creates a user with exactly the rights that a deployed region's user of the role has. */
export async function addUser(port: number, role: 'reader' | 'replicator', region: string, name: string, password: string): Promise<void> {
  const rights = new RegExp(`^user ${role} on >\\S+ (.*)$`, 'm').exec(DEPLOYED)?.[1]?.replaceAll('@REGION@', region);
  if (rights === undefined) throw new Error(`deploy/redis/users.acl has no user ${role}`);
  await withRedis(port, (redis) => redis.call('ACL', 'SETUSER', name, 'reset', 'on', `>${password}`, ...rights.split(' ')));
}
