import { connect, createServer, type Socket } from 'node:net';
import { freePort, releasePort } from '../harness/ports.ts';

/** What becomes of the bytes in one direction of a connection. */
type Flow = 'passes' | 'dropped';

/** A TCP hop in front of a NATS server that can lose what is on its way. */
export interface NatsProxy extends AsyncDisposable {
  readonly port: number;
  /** From the next publish into a stream on, what the server answers is lost; once it has answered, the connection is cut. */
  loseNextAnswer(): void;
  /** From now on what the server sends is lost, until `cut`. */
  deafen(): void;
  /** Loses both directions of the present connections from now on, with the sockets open; new connections pass. */
  blackhole(): void;
  /** Ends all connections; new ones pass. */
  cut(): void;
  /** Refuses connections and ends those that there are, until `heal`. */
  down(): void;
  heal(): void;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  up: Flow;
  down: Flow;
}

export async function natsProxy(target: number): Promise<NatsProxy> {
  const port = await freePort();
  const pairs = new Set<Pair>();
  let losing = false;
  let refusing = false;
  const end = (pair: Pair): void => {
    pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  };
  const listener = createServer((client) => {
    if (refusing) {
      client.destroy();
      return;
    }
    const pair: Pair = { client, server: connect(target, '127.0.0.1'), up: 'passes', down: 'passes' };
    pairs.add(pair);
    let answerLost = false;
    client.setNoDelay(true).on('data', (bytes) => {
      if (losing && bytes.includes('HPUB $KV.')) {
        losing = false;
        answerLost = true;
        pair.down = 'dropped';
      }
      if (pair.up === 'passes') pair.server.write(bytes);
    });
    pair.server.setNoDelay(true).on('data', (bytes) => {
      if (pair.down === 'passes') client.write(bytes);
      else if (answerLost) end(pair);
    });
    for (const socket of [client, pair.server]) socket.on('error', () => undefined).on('close', () => end(pair));
  });
  await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
  const all = (change: (pair: Pair) => void): void => [...pairs].forEach(change);
  return {
    port,
    loseNextAnswer() {
      losing = true;
    },
    deafen: () => all((pair) => Object.assign(pair, { down: 'dropped' })),
    blackhole: () => all((pair) => Object.assign(pair, { up: 'dropped', down: 'dropped' })),
    cut: () => all(end),
    down() {
      refusing = true;
      all(end);
    },
    heal() {
      refusing = false;
    },
    async [Symbol.asyncDispose]() {
      all(end);
      await new Promise((resolve) => listener.close(resolve));
      releasePort(port);
    },
  };
}
