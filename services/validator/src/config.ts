import type { TlsFiles } from '@mintmark/kit/rpc';
import type { TokenSettings } from '@mintmark/oauth';
import type { LimitSettings } from './core/oauth/limits.ts';

/** Another region as this one knows it. */
export interface RegionAddress {
  readonly region: string;
  /** Base URL of its HTTP surface, without a slash at its end. */
  readonly http: string;
}

/** How a validator is set up. Times in milliseconds. */
export interface ValidatorConfig {
  readonly region: string;
  /** Who is the authority as long as nobody was promoted. */
  readonly authority: string;
  readonly http: { readonly host: string; readonly port: number };
  readonly rpc: { readonly host: string; readonly port: number; readonly tls: TlsFiles | 'insecure' };
  /** Address of the region's issuer, `host:port`, and how to reach it. */
  readonly issuer: { readonly address: string; readonly tls: TlsFiles | 'insecure' };
  /** Address of the region's replicator, `host:port`, reached as the issuer is; absent: it cannot be asked to compare stores. */
  readonly replicator?: string;
  /** Every region, this one included. */
  readonly regions: readonly RegionAddress[];
  /** Budget of the cache for tokens: bytes. */
  readonly cacheBytes: number;
  /** How signed tokens are judged. */
  readonly tokens: TokenSettings;
  /** So many of them at most are remembered as verified. */
  readonly rememberedTokens: number;
  /** So many secrets of sessions, and of personal tokens, at most are remembered, and so many of each dialect that nobody knows. */
  readonly rememberedSecrets: number;
  readonly tokenLimits: LimitSettings;
  /** Whether `/controller/api/oauth/access_token` demands Basic beside the form, as controllers before 4.5.9. */
  readonly requireBasic: boolean;
  /** How long verifiers may keep the key set. */
  readonly jwksMaxAgeMs: number;
  /** How long the cache may answer while the view cannot be read. */
  readonly stalenessMs: number;
  /** Whether nobody is let in on the authority's word when the region was not level with it for `stalenessMs` (P7). */
  readonly strict: boolean;
  /** Blocking queries that may wait at once. */
  readonly maxWatchers: number;
  /** Of those, and of the gRPC streams of each kind, so many for one client: a token, or a source where there is none. */
  readonly maxWatchersPerClient: number;
  /** gRPC streams of each kind: events of a kind, revocations, verdicts. */
  readonly maxStreams: number;
  /** Calls to the issuer under way at once: writes, and reads as many again. */
  readonly maxIssuerCalls: number;
  /** Addresses or networks of proxies whose `X-Forwarded-*` headers count. */
  readonly trustedProxies: readonly string[];
  readonly requireHttps: boolean;
  /** Folder of the `.proto` files, for reflection; absent: none. */
  readonly protoRoot?: string;
}

export const VALIDATOR_DEFAULTS = {
  cacheBytes: 256 * 1024 * 1024,
  rememberedTokens: 100_000,
  rememberedSecrets: 50_000,
  tokenLimits: { sourcePerSecond: 2_000, clientPerSecond: 1_000, failuresPerMinute: 60 },
  requireBasic: false,
  jwksMaxAgeMs: 300_000,
  stalenessMs: 5_000,
  strict: false,
  maxWatchers: 20_000,
  maxWatchersPerClient: 4_096,
  maxStreams: 16_384,
  maxIssuerCalls: 1_024,
  trustedProxies: [],
  requireHttps: false,
} as const;
