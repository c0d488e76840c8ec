import { tcpProxy, type Direction, type TcpProxy } from './tcp-proxy.ts';

/** A connection from one part to another. Those to the authority are those of the other regions. */
export const WIRES = [
  'issuer to log',
  'issuer to view',
  'replicator to log',
  'replicator to view',
  'validator to view',
  'validator to issuer',
  'issuer to authority',
  'replicator to authority',
  'replicator to authority log',
  'validator to authority',
] as const;

/** Of them, all ways to the authority. */
export const TO_AUTHORITY = ['issuer to authority', 'replicator to authority', 'replicator to authority log', 'validator to authority'] as const satisfies readonly Wire[];

export type Wire = (typeof WIRES)[number];

/** What can be done to one wire, or to several at once. Faults hold until `heal`. */
export interface Link {
  /** Connections are reset, new ones too. */
  cut(): void;
  /** Everything takes this many milliseconds longer, each way. */
  delay(ms: number): void;
  /** What is sent in these directions (default: both) is lost while connections stay open. */
  blackhole(...directions: readonly Direction[]): void;
  /** No more than this many bytes a second get through, each way. */
  drip(bytesPerSecond: number): void;
  heal(): void;
}

/** The wires of one region that can be broken. */
export class Wires implements AsyncDisposable {
  readonly #proxies: ReadonlyMap<Wire, TcpProxy>;

  private constructor(proxies: ReadonlyMap<Wire, TcpProxy>) {
    this.#proxies = proxies;
  }

  /** Puts a hop before each of these ports. */
  static async open(targets: Partial<Readonly<Record<Wire, number>>>): Promise<Wires> {
    const entries = Object.entries(targets) as [Wire, number][];
    return new Wires(new Map(await Promise.all(entries.map(async ([wire, port]) => [wire, await tcpProxy({ port })] as const))));
  }

  /** The port to connect to over the wire: that of its hop, or `straight` where it has none. */
  port(wire: Wire, straight: number): number {
    return this.#proxies.get(wire)?.port ?? straight;
  }

  /** These wires as one. Throws where one has no hop. */
  link(...wires: readonly Wire[]): Link {
    const hops = wires.map((wire) => this.#hop(wire));
    return {
      cut: () => hops.forEach((hop) => void hop.cut()),
      delay: (ms) => hops.forEach((hop) => void hop.delay(ms)),
      blackhole: (...directions) => hops.forEach((hop) => void hop.blackhole(...directions)),
      drip: (bytesPerSecond) => hops.forEach((hop) => void hop.drip(bytesPerSecond)),
      heal: () => hops.forEach((hop) => void hop.heal()),
    };
  }

  /** Leads these wires to another port. */
  retarget(port: number, ...wires: readonly Wire[]): void {
    for (const wire of wires) this.#hop(wire).retarget(port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const proxy of this.#proxies.values()) await proxy[Symbol.asyncDispose]();
  }

  #hop(wire: Wire): TcpProxy {
    const hop = this.#proxies.get(wire);
    if (hop === undefined) throw new Error(`the wire ${wire} has no hop: the cluster was started without`);
    return hop;
  }
}
