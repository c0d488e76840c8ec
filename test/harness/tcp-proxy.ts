import { connect, createServer, type Socket } from 'node:net';
import { freePort, releasePort } from './ports.ts';

/** As seen from who connects. */
export type Direction = 'out' | 'back';

/** A hop in front of a server of 127.0.0.1. Faults hold for present and future connections, until `heal`. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections open now. */
  readonly open: number;
  /** Ends all connections with a reset, and each new one as soon as it is made. */
  cut(): void;
  /** What is sent arrives this many milliseconds later, in both directions, in order. */
  delay(ms: number): void;
  /** What is sent in these directions (default: both) vanishes; sockets stay open. Connections that lost something are reset by `heal`. */
  blackhole(...directions: readonly Direction[]): void;
  /** No more than this many bytes a second get through each direction of each connection. */
  drip(bytesPerSecond: number): void;
  /** Ends every fault. */
  heal(): void;
  /** Ends all connections; new ones go to this port of 127.0.0.1. */
  retarget(port: number): void;
}

interface Faults {
  cut: boolean;
  delayMs: number;
  bytesPerSecond: number;
  readonly lost: Set<Direction>;
}

/** No more is held back of one direction of one connection: beyond it, the sender waits. */
const HELD_BYTES = 1 << 20;
/** What drips comes in drops, so many a second. */
const DROPS_PER_SECOND = 20;

export async function tcpProxy(target: { readonly port: number }): Promise<TcpProxy> {
  const port = await freePort();
  const faults: Faults = { cut: false, delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, lost: new Set() };
  let at = target.port;
  const pairs = new Set<Pair>();
  const listener = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    if (faults.cut) {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const pair = new Pair(client, connect({ port: at, host: '127.0.0.1', noDelay: true, allowHalfOpen: true }), faults, () => pairs.delete(pair));
    pairs.add(pair);
  });
  await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(port, '127.0.0.1', resolve));
  const cutAll = (which: (pair: Pair) => boolean): void => {
    for (const pair of pairs) if (which(pair)) pair.reset();
  };
  return {
    port,
    get open() {
      return pairs.size;
    },
    cut() {
      faults.cut = true;
      cutAll(() => true);
    },
    delay(ms) {
      faults.delayMs = ms;
    },
    blackhole(...directions) {
      for (const direction of directions.length === 0 ? (['out', 'back'] as const) : directions) faults.lost.add(direction);
    },
    drip(bytesPerSecond) {
      faults.bytesPerSecond = bytesPerSecond;
    },
    heal() {
      faults.cut = false;
      faults.delayMs = 0;
      faults.bytesPerSecond = Number.POSITIVE_INFINITY;
      faults.lost.clear();
      cutAll((pair) => pair.holed);
      for (const pair of pairs) pair.hurry();
    },
    retarget(other) {
      at = other;
      cutAll(() => true);
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => listener.close(resolve));
      cutAll(() => true);
      await closed;
      releasePort(port);
    },
  };
}

/** One connection: two sockets, and what is on its way between them. */
class Pair {
  /** Whether something was lost: what is left is no stream any more. */
  holed = false;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #faults: Faults;
  /** What lets go on, in both directions, what is due. */
  readonly #flows: (() => void)[] = [];

  constructor(client: Socket, server: Socket, faults: Faults, onEnd: () => void) {
    this.#client = client;
    this.#server = server;
    this.#faults = faults;
    this.#forward(client, server, 'out');
    this.#forward(server, client, 'back');
    for (const socket of [client, server]) {
      socket
        .on('error', () => this.reset())
        .on('close', () => {
          if (client.destroyed && server.destroyed) onEnd();
        });
    }
  }

  reset(): void {
    if (!this.#client.destroyed) this.#client.resetAndDestroy();
    if (!this.#server.destroyed) this.#server.resetAndDestroy();
  }

  /** What drips no more need not wait for its turn. */
  hurry(): void {
    for (const flow of this.#flows) flow();
  }

  #forward(from: Socket, to: Socket, direction: Direction): void {
    const queue: { readonly bytes: Buffer | undefined; readonly due: number }[] = [];
    let held = 0;
    let dripUntil = 0;
    let timer: NodeJS.Timeout | undefined;
    const release = (hurry = false): void => {
      clearTimeout(timer);
      timer = undefined;
      for (let next = queue[0]; next !== undefined; next = queue[0]) {
        const wait = next.due - performance.now();
        if (wait > 0 && !hurry) {
          timer = setTimeout(() => release(), wait);
          return;
        }
        queue.shift();
        held -= next.bytes?.length ?? 0;
        this.#deliver(to, next.bytes, direction);
      }
      if (held < HELD_BYTES && to.writableLength < HELD_BYTES) from.resume();
    };
    const take = (bytes: Buffer | undefined): void => {
      const { delayMs, bytesPerSecond } = this.#faults;
      const drop = Math.max(1, Math.floor(bytesPerSecond / DROPS_PER_SECOND));
      dripUntil = Math.max(dripUntil, performance.now() + delayMs);
      if (bytes === undefined) queue.push({ bytes, due: dripUntil });
      for (let from = 0; from < (bytes?.length ?? 0); from += drop) {
        const part = bytes?.subarray(from, from + drop);
        dripUntil += (1_000 * (part?.length ?? 0)) / bytesPerSecond;
        queue.push({ bytes: part, due: dripUntil });
      }
      held += bytes?.length ?? 0;
      if (held >= HELD_BYTES || to.writableLength >= HELD_BYTES) from.pause();
      if (timer === undefined) release();
    };
    this.#flows.push(() => {
      dripUntil = 0;
      release(true);
    });
    from.on('data', take).on('end', () => take(undefined));
    to.on('drain', () => release()).on('close', () => clearTimeout(timer));
  }

  /** An end is passed on as one, so that what came before it arrives. */
  #deliver(to: Socket, bytes: Buffer | undefined, direction: Direction): void {
    if (this.#faults.lost.has(direction)) this.holed = true;
    else if (bytes === undefined) to.end();
    else to.write(bytes);
  }
}
