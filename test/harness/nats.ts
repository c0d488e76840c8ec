import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { temporaryFolder } from './folder.ts';
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
}

/** A nats-server with JetStream on a free port. */
export async function natsServer(options: NatsServerOptions = {}): Promise<Server> {
  const program = await serverProgram('nats-server', options.binary);
  const folder = await temporaryFolder('nats');
  const port = await freePort();
  const { version } = program;
  const config = join(folder.path, 'nats.conf');
  await writeFile(config, configuration(port, join(folder.path, 'jetstream'), version, options));
  const admin = options.users === undefined ? {} : ADMIN;
  return startServer({
    name: 'nats-server',
    port,
    version,
    dir: folder.path,
    launch: () => launch(program, 'nats-server', ['-c', config], folder.path),
    async ready() {
      const nc = await connect({ servers: `127.0.0.1:${port}`, reconnect: false, timeout: 1_000, ...admin });
      const { headers } = await nc.request('$JS.API.INFO', undefined, { timeout: 1_000 });
      await nc.close();
      return headers?.hasError !== true;
    },
    async release() {
      releasePort(port);
      await folder[Symbol.asyncDispose]();
    },
  });
}

/** The harness's own account, beside those of a server with users. */
export const ADMIN = { user: 'harness', pass: 'harness' } as const;

function configuration(port: number, store: string, version: string, options: NatsServerOptions): string {
  const canSync = !/^2\.[0-9]\./.test(version);
  const sync = canSync && options.syncAlways !== false ? ', sync_interval: always' : '';
  const lines = [`listen: "127.0.0.1:${port}"`, `jetstream { store_dir: ${JSON.stringify(store)}${sync} }`];
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
