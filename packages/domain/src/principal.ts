import type { TokenType } from './acl/records.ts';
import type { LiveEntry } from './record.ts';
import { parseTime } from './time.ts';

/** The ways to present a credential; each is valid at its own paths only (P9). */
export const DIALECTS = ['acl', 'oauth', 'personal', 'session', 'workload'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** Whoever a credential stands for, in whatever dialect it was presented. */
export interface Principal {
  /** `token:<AccessorID>`, `client:<id>`, `user:<id>` or a job's FQN. */
  readonly subject: string;
  readonly dialect: Dialect;
  readonly type: TokenType;
  readonly name: string;
  readonly policies: readonly string[];
  readonly roleIds: readonly string[];
  /** Names of roles, where those are what was given. */
  readonly roles: readonly string[];
  /** Ids of the organizations that it acts for; none for credentials that belong to none. */
  readonly organizations: readonly string[];
  /** Where alone it counts; absent: wherever its dialect does. */
  readonly audience?: string;
  readonly global: boolean;
  /** RFC 3339; `null` for never. */
  readonly expiresAt: string | null;
}

/** Why a validator does not say allow. */
export type DenyReason = 'malformed' | 'unknown' | 'expired' | /** Strict, and the region has not heard from the authority within its bound (P7). */ 'stale';
export type UnknownReason = 'unavailable' | 'stale';

/** A validator's answer. A refusal is a value, not an exception. */
export type Verdict =
  | { readonly verdict: 'allow'; readonly principal: Principal }
  | { readonly verdict: 'deny'; readonly reason: DenyReason }
  | { readonly verdict: 'unknown'; readonly reason: UnknownReason };

export function principalOf(entry: LiveEntry<'token'>): Principal {
  const { id, scope, body } = entry.record;
  return {
    subject: `token:${id}`,
    dialect: 'acl',
    type: body.type,
    name: body.name,
    policies: body.policies ?? [],
    roleIds: body.roleIds,
    roles: [],
    organizations: [],
    global: scope === 'global',
    expiresAt: body.expirationTime,
  };
}

/** Whether a token's expiration time has come at `now` (nanoseconds since the epoch). It is not accepted from that instant on. */
export function isExpired(body: { readonly expirationTime: string | null }, now: bigint): boolean {
  if (body.expirationTime === null) return false;
  const at = parseTime(body.expirationTime);
  return at === undefined || at <= now;
}
