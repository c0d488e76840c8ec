import type { Revision } from '@mintmark/domain';

export interface NatsConnectionOptions {
  /** `host:port` or `nats://host:port`, any of which may be down. Only these are used: what servers say of each other is not followed. */
  readonly servers: readonly string[];
  readonly user?: string;
  readonly pass?: string;
  /** Instead of user and password. */
  readonly token?: string;
  /** PEM files; absent: no TLS. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  /** The only prefix under which this user may subscribe. Default `_INBOX`. */
  readonly inboxPrefix?: string;
  /** Hears what an operator should know: what the server cannot promise, and when a tail lost its consumer. Never holds a secret. */
  readonly onWarning?: (warning: string) => void;
}

export interface NatsLogReaderOptions extends NatsConnectionOptions {
  /** The region whose log it is. */
  readonly region: string;
}

export interface NatsLogOptions extends NatsLogReaderOptions {
  /** Copies within the region. More than one needs nats-server 2.10.27. Default 1. Ignored for a log that exists. */
  readonly replicas?: number;
  /** Whether a log that is missing is made. Default true. */
  readonly create?: boolean;
  /** For a log made anew: its incarnation, 22 base64url characters, and the revision that it starts from. Ignored for one that exists. */
  readonly incarnation?: string;
  readonly base?: Revision;
}
