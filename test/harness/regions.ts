import type { Snapshot } from './server.ts';
import type { Clock } from './clock.ts';
import type { Disk } from './disk.ts';
import type { Link, Wire } from './wires.ts';

/** The two ways to run the same code. */
export type Mode = 'embedded' | 'distributed';

export type StoreName = 'log' | 'view';
export type PartName = 'validator' | 'issuer' | 'replicator' | StoreName;

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

export interface ClusterOptions {
  /** Gives the regions beside the authority a link that can be broken. Distributed mode only; it costs some latency. */
  readonly links?: boolean;
  /** Gives every connection between two parts of a region, and those to the authority, a hop that can be broken. Distributed mode only; it costs some latency. */
  readonly wires?: boolean;
  /** Name of the region whose log is kept by three servers; that takes nats-servers of 2.10.27 or newer. Distributed mode only. */
  readonly replicatedLog?: string;
  /** Gives every view a standby that it can fail over to. Takes `wires`. */
  readonly standbys?: boolean;
  /** MiB of the disk that each store gets of its own. Distributed mode only, root only. */
  readonly disks?: number;
  /** Gives each service a wall clock that can be shifted alone, by libfaketime. Distributed mode only. */
  readonly shiftable?: boolean;
  /** Gives the cluster a wall clock that can be set forward. */
  readonly clock?: boolean;
  /** Further variables of every issuer, given the regions' HTTP origins before anything runs. */
  readonly issuerEnv?: (origins: readonly string[]) => Readonly<Record<string, string>>;
  /** Further variables of a region's validator; in embedded mode those of the authority's, for the whole process. */
  readonly validatorEnv?: (region: string) => Readonly<Record<string, string>>;
  /** Further variables of a region's replicator. Distributed mode only. */
  readonly replicatorEnv?: (region: string) => Readonly<Record<string, string>>;
}

export interface StartOptions extends ClusterOptions {
  /** Further variables of every `mintmark` process. */
  readonly env: Readonly<Record<string, string>>;
}

/** What can happen to one region. Throws or rejects where the mode, or how the cluster was started, does not have it. */
export interface Harm {
  /** Empties the region's view at once, as `FLUSHALL` does. */
  flushView(): Promise<void>;
  /** Deletes the region's log from its server, which goes on. */
  deleteLog(): Promise<void>;
  /** A copy of what the store's server keeps. */
  save(store: StoreName): Promise<Snapshot>;
  /** Kills the store's server, puts the copy in the place of its data, and starts it again. */
  setBack(store: StoreName, copy: Snapshot): Promise<void>;
  /** These connections, as one. */
  wire(...wires: readonly Wire[]): Link;
  disk(store: StoreName): Disk;
  /** The server that leads the replicated log. */
  logLeader(): Promise<Part>;
  /** From now on the view's standby learns nothing. */
  leaveStandbyBehind(): void;
  /** Kills the view's server and puts its standby, as it is, in its place. */
  failOver(): Promise<void>;
  /** Sets one service's wall clock so many milliseconds before or behind the machine's. */
  shiftClock(service: 'validator' | 'issuer' | 'replicator', ms: number): Promise<void>;
}

/** What the stores of a region hold. */
export interface StoreSizes {
  /** Records and tombstones. */
  readonly logRecords: number;
  /** On disk. */
  readonly logBytes: number;
  /** Memory that Redis needs for its data. */
  readonly viewBytes: number;
}

export interface Region extends Harm {
  readonly name: string;
  /** `http://127.0.0.1:PORT`. */
  readonly http: string;
  /** `host:port` of the public gRPC surface. */
  readonly grpc: string;
  /** The way to the authority's log, issuer and HTTP. Only where the cluster was started with links, and not in the authority. */
  readonly link?: Link;
  /** Starts another validator of the region on ports of its own, beside the first one. Only in distributed mode. */
  readonly anotherValidator?: () => Promise<AsyncDisposable & { readonly http: string; readonly grpc: string }>;
  /** Throws where the mode runs it inside another process. */
  part(name: PartName): Part;
  /** Takes the whole region down, stores included, keeping its data. */
  stop(): Promise<void>;
  /** Brings it back on the same data and ports. */
  start(): Promise<void>;
  /** How `mintmark operator` is told where the region's stores are. */
  readonly operator: { readonly flags: readonly string[]; readonly env: Readonly<Record<string, string>> };
  /** Rejects where the stores have no servers. */
  sizes(): Promise<StoreSizes>;
  /** Process ids by part; those of one process where it is all of them. */
  pids(): Readonly<Partial<Record<PartName, number | undefined>>>;
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
