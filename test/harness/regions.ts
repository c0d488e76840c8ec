import type { Snapshot } from './server.ts';
import type { Clock } from './clock.ts';
import type { Direction } from './tcp-proxy.ts';

/** The two ways to run the same code. */
export type Mode = 'embedded' | 'distributed';

export type PartName = 'validator' | 'issuer' | 'replicator' | 'log' | 'view';

/** One killable piece of a region. Every promise is kept when it resolves. */
export interface Part {
  /** Ends it without warning, as `kill -9` does. */
  kill(): Promise<void>;
  /** Stops it from running while its sockets stay open. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Starts it again on the same data and ports after a kill. */
  restart(): Promise<void>;
}

/** A region's way to the authority: its log, its issuer and its HTTP. Faults hold until `heal`. */
export interface Link {
  /** Connections are reset, new ones too. */
  cut(): void;
  /** Everything takes this many milliseconds longer, each way. */
  delay(ms: number): void;
  /** What is sent in these directions (default: both) is lost while connections stay open. */
  blackhole(...directions: readonly Direction[]): void;
  heal(): void;
}

export interface ClusterOptions {
  /** Gives the regions beside the authority a link that can be broken. Distributed mode only; it costs some latency. */
  readonly links?: boolean;
  /** Gives the cluster a wall clock that can be set forward. */
  readonly clock?: boolean;
  /** Further variables of every issuer, given the regions' HTTP origins before anything runs. */
  readonly issuerEnv?: (origins: readonly string[]) => Readonly<Record<string, string>>;
  /** Further variables of a region's validator; in embedded mode those of the authority's, for the whole process. */
  readonly validatorEnv?: (region: string) => Readonly<Record<string, string>>;
}

export interface StartOptions extends ClusterOptions {
  /** Further variables of every `mintmark` process. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Region {
  readonly name: string;
  /** `http://127.0.0.1:PORT`. */
  readonly http: string;
  /** `host:port` of the public gRPC surface. */
  readonly grpc: string;
  /** Only where the cluster was started with links, and not in the authority. */
  readonly link?: Link;
  /** Starts another validator of the region on ports of its own, beside the first one. Only in distributed mode. */
  readonly anotherValidator?: () => Promise<AsyncDisposable & { readonly http: string; readonly grpc: string }>;
  /** Throws where the mode runs it inside another process. */
  part(name: PartName): Part;
  /** Takes the whole region down, stores included, keeping its data. */
  stop(): Promise<void>;
  /** Brings it back on the same data and ports. */
  start(): Promise<void>;
  /** Empties the region's view at once, as `FLUSHALL` does. */
  flushView(): Promise<void>;
  /** How `mintmark operator` is told where the region's stores are. */
  readonly operator: { readonly flags: readonly string[]; readonly env: Readonly<Record<string, string>> };
  /** Deletes the region's log from its server, which goes on. It and the next two reject where the log has no server. */
  deleteLog(): Promise<void>;
  /** A copy of what the log's server keeps. */
  saveLog(): Promise<Snapshot>;
  /** Kills the log's server, puts the copy in the place of its data, and starts it again. */
  setLogBack(copy: Snapshot): Promise<void>;
}

export interface Cluster extends AsyncDisposable {
  readonly mode: Mode;
  /** `us-east`, the authority, then `eu-west` and `ap-south`. */
  readonly regions: readonly [Region, Region, Region];
  /** Only where the cluster was started with one. */
  readonly clock?: Clock;
  /** Lets the next bootstrap through. */
  resetBootstrap(): Promise<void>;
  /** Puts to disk what the stores hold in memory, so that a scan of `folders` sees all. */
  settle(): Promise<void>;
  /** Folders with every byte that the cluster keeps: logs of processes, data, dumps. */
  readonly folders: readonly string[];
}

export const REGIONS = ['us-east', 'eu-west', 'ap-south'] as const;
