import type { Revision } from '@mintmark/domain';

export interface NatsConnectionOptions {
  /** `host:port`, any of which may be down. */
  readonly servers: readonly string[];
  readonly user?: string;
  readonly pass?: string;
  /** PEM files; absent: no TLS. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  /** The only prefix under which this user may subscribe. Default `_INBOX`. */
  readonly inboxPrefix?: string;
  /** Hears of what an operator should know. */
  readonly onWarning?: (warning: string) => void;
}

export interface NatsLogReaderOptions extends NatsConnectionOptions {
  /** The region whose log it is. */
  readonly region: string;
}

export interface NatsLogOptions extends NatsLogReaderOptions {
  /** Copies within the region. More than one needs nats-server 2.10.27. Default 1. */
  readonly replicas?: number;
  /** For a log made anew: its incarnation, and the revision that it starts from. Ignored for one that exists. */
  readonly incarnation?: string;
  readonly base?: Revision;
}
