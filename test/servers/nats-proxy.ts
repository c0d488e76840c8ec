import { connect, createServer, type Server as Listener, type Socket } from 'node:net';
import { freePort, releasePort } from '../harness/ports.ts';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** What to do with a read; false loses it. */
  fromServer: (bytes: Buffer) => boolean;
  fromClient: (bytes: Buffer) => boolean;
}

const pass = (): boolean => true;
const lose = (): boolean => false;

/** A TCP hop in front of a NATS server. */
export async function natsProxy(target: number): Promise<NatsProxy> {
  const proxy = new NatsProxy(await freePort(), target);
  await proxy.listen();
  return proxy;
}

/** Loses, holds and alters what is on its way: whole reads, which NATS ends at a message. */
export class NatsProxy implements AsyncDisposable {
  readonly port: number;
  readonly #target: number;
  readonly #listener: Listener;
  readonly #pairs = new Set<Pair>();
  /** What looks at the client's side, over all connections. */
  #watch: ((pair: Pair, bytes: Buffer) => boolean) | undefined;
  #refusing = false;
  #version: string | undefined;

  constructor(port: number, target: number) {
    this.port = port;
    this.#target = target;
    this.#listener = createServer((client) => this.#accept(client));
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#listener.listen(this.port, '127.0.0.1', resolve));
  }

  /** From the next publish into the log on, what the server answers is lost; once it has answered, the connection is cut. */
  loseNextAnswer(): void {
    void this.#once('HPUB $KV.', (pair, bytes) => {
      pair.server.write(bytes);
      pair.fromServer = () => {
        this.#end(pair);
        return false;
      };
    });
  }

  /** The next read from the server that holds the text is lost; the connection stays. */
  loseFromServer(text: string): void {
    this.#all((pair) => {
      pair.fromServer = (bytes) => {
        if (!bytes.includes(text)) return true;
        pair.fromServer = pass;
        return false;
      };
    });
  }

  /** The next read from a client that holds the text is lost, and the connection is cut. Resolves then. */
  loseFromClient(text: string): Promise<void> {
    return this.#once(text, (pair) => this.#end(pair));
  }

  /** What a client sends from the next read on that holds the text waits. Resolves then, with what lets it go on. */
  holdFromClient(text: string): Promise<() => void> {
    return this.#once(text, (pair, first) => {
      const held = [first];
      pair.fromClient = (bytes) => {
        held.push(bytes);
        return false;
      };
      return () => {
        pair.fromClient = pass;
        for (const bytes of held) pair.server.write(bytes);
      };
    });
  }

  /** From now on every read from the server that holds one of the texts is lost, until the client sends `until`. */
  muteServer(texts: readonly string[], until: string): void {
    this.#all((pair) => {
      pair.fromServer = (bytes) => !texts.some((text) => bytes.includes(text));
      pair.fromClient = (bytes) => {
        if (bytes.includes(until)) Object.assign(pair, { fromServer: pass, fromClient: pass });
        return true;
      };
    });
  }

  /** From now on what the server sends over the present connections is lost. */
  deafen(): void {
    this.#all((pair) => Object.assign(pair, { fromServer: lose }));
  }

  /** Both directions of the present connections are lost from now on, with the sockets open. */
  blackhole(): void {
    this.#all((pair) => Object.assign(pair, { fromServer: lose, fromClient: lose }));
  }

  /** Ends all connections; new ones pass. */
  cut(): void {
    this.#all((pair) => this.#end(pair));
  }

  /** Ends all connections and refuses new ones, until `heal`. */
  down(): void {
    this.#refusing = true;
    this.cut();
  }

  heal(): void {
    this.#refusing = false;
  }

  /** Servers say that they are of this version, from the next connection on. */
  claimVersion(version: string): void {
    this.#version = version;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.down();
    await new Promise((resolve) => this.#listener.close(resolve));
    releasePort(this.port);
  }

  #accept(client: Socket): void {
    if (this.#refusing) {
      client.destroy();
      return;
    }
    const pair: Pair = { client, server: connect(this.#target, '127.0.0.1'), fromServer: pass, fromClient: pass };
    this.#pairs.add(pair);
    client.setNoDelay(true).on('data', (bytes) => {
      if (pair.fromClient(bytes) && (this.#watch?.(pair, bytes) ?? true)) pair.server.write(bytes);
    });
    pair.server.setNoDelay(true).on('data', (bytes) => {
      if (pair.fromServer(bytes)) client.write(this.#disguised(bytes));
    });
    for (const socket of [client, pair.server]) socket.on('error', () => undefined).on('close', () => this.#end(pair));
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  }

  #all(change: (pair: Pair) => void): void {
    for (const pair of [...this.#pairs]) change(pair);
  }

  #once<T>(text: string, act: (pair: Pair, bytes: Buffer) => T): Promise<T> {
    return new Promise((resolve) => {
      this.#watch = (pair, bytes) => {
        if (!bytes.includes(text)) return true;
        this.#watch = undefined;
        resolve(act(pair, bytes));
        return false;
      };
    });
  }

  #disguised(bytes: Buffer): Buffer {
    if (this.#version === undefined || !bytes.subarray(0, 5).equals(Buffer.from('INFO '))) return bytes;
    return Buffer.from(bytes.toString('latin1').replace(/"version":"[^"]*"/, `"version":"${this.#version}"`), 'latin1');
  }
}
