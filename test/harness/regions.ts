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

export interface Region {
  readonly name: string;
  /** `http://127.0.0.1:PORT`. */
  readonly http: string;
  /** `host:port` of the public gRPC surface. */
  readonly grpc: string;
  /** Throws where the mode runs it inside another process. */
  part(name: PartName): Part;
  /** Takes the whole region down, stores included, keeping its data. */
  stop(): Promise<void>;
  /** Brings it back on the same data and ports. */
  start(): Promise<void>;
  /** Empties the region's view at once, as `FLUSHALL` does. */
  flushView(): Promise<void>;
}

export interface Cluster extends AsyncDisposable {
  readonly mode: Mode;
  /** `us-east`, the authority, then `eu-west` and `ap-south`. */
  readonly regions: readonly [Region, Region, Region];
  /** Lets the next bootstrap through. */
  resetBootstrap(): Promise<void>;
  /** Puts to disk what the stores hold in memory, so that a scan of `folders` sees all. */
  settle(): Promise<void>;
  /** Folders with every byte that the cluster keeps: logs of processes, data, dumps. */
  readonly folders: readonly string[];
}

export const REGIONS = ['us-east', 'eu-west', 'ap-south'] as const;
