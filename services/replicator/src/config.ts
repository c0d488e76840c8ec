import type { TlsFiles } from '@mintmark/kit/rpc';
import type { VerifyTimes } from './core/verify/verifier.ts';

/** How a replicator is set up. */
export interface ReplicatorConfig {
  readonly region: string;
  /** Who is the authority as long as nobody was promoted. */
  readonly authority: string;
  readonly rpc: { readonly host: string; readonly port: number; readonly tls: TlsFiles | 'insecure' };
  readonly tombstones: {
    /** Tombstones older than this may be purged: milliseconds. */
    readonly keepMs: number;
    readonly everyMs: number;
  };
  readonly verify: VerifyTimes;
  /** Addresses of the regions' replicators, `host:port`, by region; empty for one that is not known yet. The copy is compared with that of the authority, where it is known. */
  readonly replicators?: Readonly<Record<string, string>>;
  /** Folder of the `.proto` files, for reflection; absent: none. */
  readonly protoRoot?: string;
}

export const REPLICATOR_DEFAULTS = { tombstones: { keepMs: 7 * 24 * 3_600_000, everyMs: 3_600_000 }, verify: { everyMs: 30_000, storesEveryMs: 600_000 } } as const;
