import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { folderOnDisk } from './folder.ts';
import { freePort, releasePort } from './ports.ts';
import { launch, serverProgram } from './programs.ts';
import { type Server, startServer } from './server.ts';

export interface NatsUser {
  readonly user: string;
  readonly pass: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

export interface NatsServerOptions {
  /** Path of another program than the best that there is. */
  readonly binary?: string;
  /** Sync each write before it is acknowledged, where the server can. Default true. */
  readonly syncAlways?: boolean;
  /** Absent: anybody may do anything. */
  readonly users?: readonly NatsUser[];
  /** MiB of a disk of its own. */
  readonly disk?: number | undefined;
}

/** A server's place among others that keep copies of the same logs. */
interface Membership {
  readonly name: string;
  readonly port: number;
  readonly routes: readonly number[];
}

/** A nats-server with JetStream on a free port. */
export function natsServer(options: NatsServerOptions = {}): Promise<Server> {
  return start(options, undefined);
}

/** Three servers that keep copies of the same logs. */
export async function natsCluster(options: NatsServerOptions = {}): Promise<readonly Server[]> {
  const routes = [await freePort(), await freePort(), await freePort()];
  const started = await Promise.allSettled(routes.map((port, at) => start(options, { name: `n${at}`, port, routes })));
  const servers = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = started.find((each) => each.status === 'rejected');
  if (failed === undefined) return servers;
  for (const server of servers) await server[Symbol.asyncDispose]();
  throw failed.reason;
}

async function start(options: NatsServerOptions, member: Membership | undefined): Promise<Server> {
  const program = await serverProgram('nats-server', options.binary);
  const folder = await folderOnDisk('nats', options.disk);
  const port = await freePort();
  const { version } = program;
  const config = join(folder.path, 'nats.conf');
  await writeFile(config, configuration(port, join(folder.path, 'jetstream'), version, options, member));
  const admin = options.users === undefined ? {} : ADMIN;
  return startServer({
    name: 'nats-server',
    port,
    version,
    dir: folder.path,
    ...(folder.disk && { disk: folder.disk }),
    launch: () => launch(program, 'nats-server', ['-c', config], folder.path),
    async ready() {
      const nc = await connect({ servers: `127.0.0.1:${port}`, reconnect: false, timeout: 1_000, ...admin });
      const { headers } = await nc.request('$JS.API.INFO', undefined, { timeout: 1_000 }).finally(() => nc.close());
      return headers?.hasError !== true;
    },
    async release() {
      releasePort(port);
      if (member !== undefined) releasePort(member.port);
      await folder[Symbol.asyncDispose]();
    },
  });
}

/** The harness's own account, beside those of a server with users. */
export const ADMIN = { user: 'harness', pass: 'harness' } as const;

function configuration(port: number, store: string, version: string, options: NatsServerOptions, member: Membership | undefined): string {
  const canSync = !/^2\.[0-9]\./.test(version);
  const sync = canSync && options.syncAlways !== false ? ', sync_interval: always' : '';
  const lines = [`listen: "127.0.0.1:${port}"`, `jetstream { store_dir: ${JSON.stringify(store)}${sync} }`];
  if (member !== undefined) {
    const routes = member.routes.map((route) => `"nats://127.0.0.1:${route}"`).join(', ');
    lines.push(`server_name: ${member.name}`, `cluster { name: region, listen: "127.0.0.1:${member.port}", routes: [${routes}] }`);
  }
  if (options.users !== undefined) {
    const list = (subjects: readonly string[]): string => `[${subjects.map((subject) => JSON.stringify(subject)).join(', ')}]`;
    const users = options.users.map(
      ({ user, pass, publish, subscribe }) =>
        `{ user: "${user}", password: "${pass}", permissions: { publish: { allow: ${list(publish)} }, subscribe: { allow: ${list(subscribe)} } } }`,
    );
    lines.push(`authorization { users: [ ${[`{ user: "${ADMIN.user}", password: "${ADMIN.pass}" }`, ...users].join(', ')} ] }`);
  }
  return `${lines.join('\n')}\n`;
}
