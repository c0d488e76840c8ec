import { setTimeout as sleep } from 'node:timers/promises';
import type { Disk } from './disk.ts';
import { eventually } from './eventually.ts';
import { copyFolder, temporaryFolder } from './folder.ts';
import type { Running } from './running.ts';

/** A copy of a server's data folder as it was at one moment. */
export interface Snapshot extends AsyncDisposable {
  readonly path: string;
}

/** A real server that the harness started, and that nothing else touches. Disposing of it ends it and removes its data. */
export interface Server extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly version: string;
  readonly dir: string;
  /** Only where its data are on a disk of their own. */
  readonly disk: Disk | undefined;
  /** Absent while it is down, and where it runs as a container. */
  readonly pid: number | undefined;
  readonly running: boolean;
  /** What it printed since its last start. */
  output(): string;
  /** Ends it in good order, SIGTERM; killed after 10 s. */
  stop(): Promise<void>;
  /** `kill -9`. What the server had handed to the system stays. */
  kill(): Promise<void>;
  /** Stops it in its tracks with all sockets open (SIGSTOP). */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Starts it again on the same port and data; a server that runs is stopped first. Returns when it is ready. */
  restart(): Promise<void>;
  /** Copies its data folder. A server that runs is frozen meanwhile: it is what a crash at this moment would leave. */
  snapshot(): Promise<Snapshot>;
  /** Puts a snapshot in the place of its data. The server must be down. */
  restoreSnapshot(snapshot: Snapshot): Promise<void>;
}

export interface ServerSpec {
  readonly name: string;
  readonly port: number;
  readonly version: string;
  readonly dir: string;
  readonly disk?: Disk;
  /** Starts the program; called again at each restart. */
  launch(): Promise<Running>;
  /** Throws or returns false while the server is not ready. */
  ready(): Promise<boolean>;
  /** Called when the server is disposed of, after its end. */
  release(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 10_000;

/** Starts the server and returns when it is ready. */
export async function startServer(spec: ServerSpec): Promise<Server> {
  const server = new ManagedServer(spec);
  try {
    await server.restart();
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

class ManagedServer implements Server {
  readonly host = '127.0.0.1';
  readonly #spec: ServerSpec;
  #running: Running | undefined;
  #frozen = false;
  #output = '';

  constructor(spec: ServerSpec) {
    this.#spec = spec;
  }

  get port(): number {
    return this.#spec.port;
  }

  get version(): string {
    return this.#spec.version;
  }

  get dir(): string {
    return this.#spec.dir;
  }

  get disk(): Disk | undefined {
    return this.#spec.disk;
  }

  get pid(): number | undefined {
    return this.#running?.pid;
  }

  get running(): boolean {
    return this.#running?.alive === true;
  }

  output(): string {
    return this.#running?.output() ?? this.#output;
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    await running.signal('SIGCONT');
    await running.signal('SIGTERM');
    const late = new AbortController();
    await Promise.race([running.ended, sleep(STOP_WITHIN_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    await this.kill();
  }

  async kill(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    await running.signal('SIGKILL');
    await running.ended;
    this.#output = running.output();
    this.#running = undefined;
  }

  async freeze(): Promise<void> {
    await this.#alive().signal('SIGSTOP');
    this.#frozen = true;
  }

  async thaw(): Promise<void> {
    await this.#alive().signal('SIGCONT');
    this.#frozen = false;
  }

  async restart(): Promise<void> {
    await this.stop();
    const running = await this.#spec.launch();
    this.#running = running;
    this.#frozen = false;
    const what = `${this.#spec.name} on port ${this.port} being ready`;
    try {
      await eventually(() => !running.alive || this.#spec.ready(), { within: READY_WITHIN_MS, what });
    } catch (error) {
      await this.kill();
      throw new Error(`${(error as Error).message}\n${this.#output}`, { cause: error });
    }
    if (running.alive) return;
    await this.kill();
    throw new Error(`${this.#spec.name} ended (${await running.ended}) before it was ready:\n${this.#output}`);
  }

  async snapshot(): Promise<Snapshot> {
    const live = this.running && !this.#frozen;
    if (live) await this.freeze();
    try {
      const folder = await temporaryFolder('snapshot');
      await copyFolder(this.dir, folder.path);
      return folder;
    } finally {
      if (live) await this.thaw();
    }
  }

  async restoreSnapshot(snapshot: Snapshot): Promise<void> {
    if (this.running) throw new Error(`${this.#spec.name} runs: stop or kill it before its data is replaced`);
    await copyFolder(snapshot.path, this.dir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#spec.release();
  }

  #alive(): Running {
    if (this.#running?.alive !== true) throw new Error(`${this.#spec.name} is down`);
    return this.#running;
  }
}
