import { connect, createServer, type Socket } from 'node:net';
import { freePort, releasePort } from '../harness/ports.ts';

/** A TCP hop in front of a NATS server that loses, holds and alters what is on its way. Whole reads are lost or held; NATS ends them at a message. */
export interface NatsProxy extends AsyncDisposable {
  readonly port: number;
  /** From the next publish into the log on, what the server answers is lost; once it has answered, the connection is cut. */
  loseNextAnswer(): void;
  /** The next read from the server that holds the text is lost; the connection stays. */
  loseFromServer(text: string): void;
  /** What the client sends from the next read on that holds the text is lost with it, and the connection is cut. Resolves then. */
  loseFromClient(text: string): Promise<void>;
  /** What the client sends from the next read on that holds the text waits. Resolves then, with what lets it go on. */
  holdFromClient(text: string): Promise<() => void>;
  /** From now on every read from the server that holds one of the texts is lost, until the client sends `until`. */
  muteServer(texts: readonly string[], until: string): void;
  /** From now on what the server sends over the present connections is lost. */
  deafen(): void;
  /** Both directions of the present connections are lost from now on, with the sockets open. */
  blackhole(): void;
  /** Ends all connections; new ones pass. */
  cut(): void;
  /** Ends all connections and refuses new ones, until `heal`. */
  down(): void;
  heal(): void;
  /** Servers say that they are of this version, from the next connection on. */
  claimVersion(version: string): void;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** What to do with a read; false loses it. */
  fromServer: (bytes: Buffer) => boolean;
  fromClient: (bytes: Buffer) => boolean;
}

const pass = (): boolean => true;
const lose = (): boolean => false;

export async function natsProxy(target: number): Promise<NatsProxy> {
  const port = await freePort();
  const pairs = new Set<Pair>();
  let claimed: string | undefined;
  let refusing = false;
  const end = (pair: Pair): void => {
    pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  };
  const all = (change: (pair: Pair) => void): void => [...pairs].forEach(change);
  // Watches of the client's side outlive the connection that they were set in.
  let watch: ((pair: Pair, bytes: Buffer) => boolean) | undefined;
  const listener = createServer((client) => {
    if (refusing) {
      client.destroy();
      return;
    }
    const pair: Pair = { client, server: connect(target, '127.0.0.1'), fromServer: pass, fromClient: pass };
    pairs.add(pair);
    client.setNoDelay(true).on('data', (bytes) => {
      if (pair.fromClient(bytes) && (watch?.(pair, bytes) ?? true)) pair.server.write(bytes);
    });
    pair.server.setNoDelay(true).on('data', (bytes) => {
      if (pair.fromServer(bytes)) client.write(claimed === undefined ? bytes : disguised(bytes, claimed));
    });
    for (const socket of [client, pair.server]) socket.on('error', () => undefined).on('close', () => end(pair));
  });
  await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
  const once = <T>(text: string, act: (pair: Pair, bytes: Buffer) => T): Promise<T> =>
    new Promise((resolve) => {
      watch = (pair, bytes) => {
        if (!bytes.includes(text)) return true;
        watch = undefined;
        resolve(act(pair, bytes));
        return false;
      };
    });
  return {
    port,
    loseNextAnswer() {
      void once('HPUB $KV.', (pair, bytes) => {
        pair.server.write(bytes);
        pair.fromServer = () => {
          end(pair);
          return false;
        };
      });
    },
    loseFromServer: (text) =>
      all((pair) => {
        pair.fromServer = (bytes) => {
          if (!bytes.includes(text)) return true;
          pair.fromServer = pass;
          return false;
        };
      }),
    loseFromClient: (text) => once(text, end),
    holdFromClient: (text) =>
      once(text, (pair, first) => {
        const held = [first];
        pair.fromClient = (bytes) => {
          held.push(bytes);
          return false;
        };
        return () => {
          pair.fromClient = pass;
          for (const bytes of held) pair.server.write(bytes);
        };
      }),
    muteServer: (texts, until) =>
      all((pair) => {
        pair.fromServer = (bytes) => !texts.some((text) => bytes.includes(text));
        pair.fromClient = (bytes) => {
          if (bytes.includes(until)) Object.assign(pair, { fromServer: pass, fromClient: pass });
          return true;
        };
      }),
    deafen: () => all((pair) => Object.assign(pair, { fromServer: lose })),
    blackhole: () => all((pair) => Object.assign(pair, { fromServer: lose, fromClient: lose })),
    cut: () => all(end),
    down() {
      refusing = true;
      all(end);
    },
    heal() {
      refusing = false;
    },
    claimVersion(version) {
      claimed = version;
    },
    async [Symbol.asyncDispose]() {
      refusing = true;
      all(end);
      await new Promise((resolve) => listener.close(resolve));
      releasePort(port);
    },
  };
}

function disguised(bytes: Buffer, version: string): Buffer {
  if (!bytes.subarray(0, 5).equals(Buffer.from('INFO '))) return bytes;
  return Buffer.from(bytes.toString('latin1').replace(/"version":"[^"]*"/, `"version":"${version}"`), 'latin1');
}
