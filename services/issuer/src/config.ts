import type { Platform } from '@mintmark/keys/assertions';
import type { TlsFiles } from '@mintmark/kit/rpc';
import type { TokenSettings } from '@mintmark/oauth';
import type { ProviderSettings } from './core/people/provider.ts';
import type { KeySettings } from './core/oauth/context.ts';

/** How an issuer is set up. Times in milliseconds. */
export interface IssuerConfig {
  readonly region: string;
  readonly rpc: { readonly host: string; readonly port: number; readonly tls: TlsFiles | 'insecure' };
  /** Who is the authority as long as nobody was promoted. */
  readonly authority: string;
  /** Addresses of the regions' issuers, `host:port`, by region; this one's own may be among them. */
  readonly issuers: Readonly<Record<string, string>>;
  /** How near and how far a token may expire. */
  readonly minExpiryMs: number;
  readonly maxExpiryMs: number;
  readonly sweep: { readonly everyMs: number; readonly keepMs: number };
  /** How long before its expiry it is told of a personal token that it expires; 0: never. */
  readonly expiryNoticeMs: number;
  readonly writeTimeoutMs: number;
  /** Writes in hand at once, those that wait for the log, the view or their turn included; further ones are told at once to come back. */
  readonly maxWrites: number;
  /** Of those, writes that wait for the authority; and reads as many again. Of no meaning in the authority. */
  readonly maxForwards: number;
  /** Passwords that are hashed at once, and callers that may wait for one beyond those. */
  readonly passwords: { readonly threads: number; readonly queue: number };
  /** Whether another issuer process may have served the region just before; false only where validators live and die with the issuer. */
  readonly predecessors: boolean;
  /** File that an operator writes to allow another bootstrap. */
  readonly bootstrapResetFile: string;
  /** Platforms whose assertions count as the credential of a job, asked for at each; absent: none. */
  readonly platforms?: () => readonly Platform[];
  /** The OpenID provider by which users without a password sign in; absent: none. Of no meaning outside the authority. */
  readonly provider?: ProviderSettings | undefined;
  readonly tokens: TokenSettings;
  readonly keys: KeySettings;
  /** Folder of the `.proto` files, for reflection; absent: none. */
  readonly protoRoot?: string;
}

/** Nomad's defaults (specs section 0), with the sweep's threshold counted from expiry. */
export const ISSUER_DEFAULTS = {
  minExpiryMs: 60_000,
  maxExpiryMs: 24 * 3_600_000,
  sweep: { everyMs: 300_000, keepMs: 3_600_000 },
  expiryNoticeMs: 7 * 86_400_000,
  writeTimeoutMs: 10_000,
  maxWrites: 1_024,
  // A quarter of them: an authority that stands still leaves room for the region's own.
  maxForwards: 256,
  keys: {
    algorithm: 'EdDSA',
    lifetimeMs: 30 * 86_400_000,
    publishAheadMs: 3_600_000,
    /** Thirty days, the longest life of a temporary token (seed 2.1 number 13), and a minute. */
    maxTokenLifetimeMs: 30 * 86_400_000 + 60_000,
    skewMs: 30_000,
  },
  // One thread keeps a flood of logins to one core of a small machine; larger ones can give more.
  passwords: { threads: 1, queue: 64 },
} as const;
