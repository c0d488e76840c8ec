import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { namesOf, permissionsOf } from '@mintmark/log/nats';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { Disk } from './disk.ts';
import { ADMIN, natsCluster, natsServer } from './nats.ts';
import { redisServer, withRedis } from './redis.ts';
import type { Part, StoreName, StoreSizes } from './regions.ts';
import type { Server, Snapshot } from './server.ts';
import { type Standby, standbyOf } from './standby.ts';

export interface StoresSpec {
  readonly region: string;
  readonly password: string;
  /** Of the user as whom regions read each other's logs. */
  readonly remote: string;
  /** Whether three servers keep the log. */
  readonly replicated: boolean;
  /** Whether the view has a standby. */
  readonly standby: boolean;
  /** MiB of the disk that each store has of its own. */
  readonly disk: number | undefined;
}

const NATS_USERS = ['issuer', 'replicator', 'remoteReader'] as const;

/** The log and the view of one region, and what can happen to them. */
export class Stores implements AsyncDisposable {
  readonly logs: readonly Server[];
  readonly #region: string;
  readonly #owned: AsyncDisposable;
  readonly #standby: Standby | undefined;
  #view: Server;

  private constructor(region: string, logs: readonly Server[], view: Server, standby: Standby | undefined, owned: AsyncDisposable) {
    this.#region = region;
    this.logs = logs;
    this.#view = view;
    this.#standby = standby;
    this.#owned = owned;
  }

  static async start({ region, password, remote, replicated, standby, disk }: StoresSpec): Promise<Stores> {
    await using stack = new AsyncDisposableStack();
    const users = NATS_USERS.map((user) => ({ user, pass: user === 'remoteReader' ? remote : password, ...permissionsOf(region, `_INBOX_${user}`)[user] }));
    const persistence = { appendonly: 'everysec', disk } as const;
    const starting = Promise.all([replicated ? natsCluster({ users, disk }) : natsServer({ users, disk }).then((only) => [only]), redisServer(persistence)]);
    const [logs, view] = await starting;
    for (const server of [...logs, view]) stack.use(server);
    const second = standby ? stack.use(await standbyOf(view, persistence)) : undefined;
    return new Stores(region, logs, view, second, stack.move());
  }

  /** The Redis that holds the view now. */
  get view(): Server {
    return this.#view;
  }

  /** All servers of the log as one. */
  log(): Part {
    return together(this.logs);
  }

  /** The server that leads the replicated log. */
  async leader(): Promise<Server> {
    if (this.logs.length === 1) throw new Error(`the log of ${this.#region} has one server`);
    await using nc = await connect({ servers: this.logs.map(({ port }) => `127.0.0.1:${port}`), ...ADMIN });
    const { cluster } = await (await jetstreamManager(nc)).streams.info(namesOf(this.#region).stream);
    const leader = this.logs[Number(cluster?.leader?.slice(1))];
    if (leader === undefined) throw new Error(`the log of ${this.#region} has no leader now`);
    return leader;
  }

  async deleteLog(): Promise<void> {
    await using nc = await connect({ servers: `127.0.0.1:${this.#only('log').port}`, ...ADMIN });
    await (await jetstreamManager(nc)).streams.delete(namesOf(this.#region).stream);
  }

  async flushView(): Promise<void> {
    await withRedis(this.#view.port, (redis) => redis.flushall());
  }

  save(store: StoreName): Promise<Snapshot> {
    return this.#only(store).snapshot();
  }

  async setBack(store: StoreName, copy: Snapshot): Promise<void> {
    const server = this.#only(store);
    await server.kill();
    await server.restoreSnapshot(copy);
    await server.restart();
  }

  async sizes(): Promise<StoreSizes> {
    await using nc = await connect({ servers: this.logs.map(({ port }) => `127.0.0.1:${port}`), ...ADMIN });
    const { state } = await (await jetstreamManager(nc)).streams.info(namesOf(this.#region).stream);
    const memory = await withRedis(this.#view.port, (redis) => redis.info('memory'));
    return { logRecords: state.messages, logBytes: await bytesBelow(this.logs.map(({ dir }) => dir)), viewBytes: Number(/^used_memory:(\d+)/m.exec(memory)?.[1]) };
  }

  disk(store: StoreName): Disk {
    const { disk } = this.#only(store);
    if (disk === undefined) throw new Error('the cluster was started without small disks');
    return disk;
  }

  /** The standby hears nothing any more. */
  leaveBehind(): void {
    this.#second().fallBehind();
  }

  /** Kills the view's server and puts the standby in its place; returns its port. */
  async failOver(): Promise<number> {
    const standby = this.#second();
    await this.#view.kill();
    await standby.promote();
    this.#view = standby.server;
    return standby.server.port;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#owned[Symbol.asyncDispose]());
  }

  #only(store: StoreName): Server {
    if (store === 'view') return this.#view;
    const [only, another] = this.logs;
    if (only === undefined || another !== undefined) throw new Error(`the log of ${this.#region} is kept by several servers`);
    return only;
  }

  #second(): Standby {
    if (this.#standby === undefined) throw new Error('the cluster was started without standbys');
    return this.#standby;
  }
}

/** What the files in the folders take, those that vanish meanwhile left out. */
async function bytesBelow(folders: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
    }
  }
  return bytes;
}

function together(servers: readonly Server[]): Part {
  const all = async (call: (server: Server) => Promise<void>): Promise<void> => void (await Promise.all(servers.map(call)));
  return { kill: () => all((each) => each.kill()), freeze: () => all((each) => each.freeze()), thaw: () => all((each) => each.thaw()), restart: () => all((each) => each.restart()) };
}
