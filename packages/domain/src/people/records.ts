import type { SecretAtRest } from '../secret.ts';

/** An account, organization or tenant. Record id: a UUID. */
export interface OrganizationBody {
  readonly name: string;
  /** A short name that stands for it in credentials; unique whatever its case. */
  readonly alias: string;
  /** Id of the organization that it belongs to; empty for none. */
  readonly parent: string;
  /** Signed tokens of its clients of before this instant are refused: milliseconds since the epoch; 0 for none. */
  readonly notBefore: number;
  /** RFC 3339, UTC. */
  readonly createTime: string;
}

export interface Membership {
  /** Id of the organization. */
  readonly organization: string;
  /** Name of a built-in role or of an ACL role. */
  readonly role: string;
}

/** A person. Record id: a UUID. */
export interface UserBody {
  /** Unique whatever its case. */
  readonly username: string;
  /** PHC string (Argon2id); empty for those who sign in elsewhere. */
  readonly passwordHash: string;
  readonly organizations: readonly Membership[];
  readonly platformOperator: boolean;
  readonly disabled: boolean;
  /** Sessions that began by this instant are over: milliseconds since the epoch; 0 for none. */
  readonly notBefore: number;
  /** Personal tokens that were made by this instant are over: milliseconds since the epoch; 0 for none. */
  readonly tokensNotBefore: number;
  readonly createTime: string;
}

/** A setting of the platform. Record id: its name. */
export interface SettingBody {
  readonly value: string;
}

/** A user's own token. Record id: a UUID. */
export interface PersonalTokenBody {
  readonly secret: SecretAtRest;
  readonly name: string;
  /** Id of the user. */
  readonly user: string;
  /** Whether it reaches whatever organizations its user belongs to now. */
  readonly dynamicAccess: boolean;
  /** Ids of the organizations that were chosen; with `dynamicAccess` those that its user was in then. */
  readonly organizations: readonly string[];
  /** The most that it may be; its user's role limits it. */
  readonly role: string;
  /** RFC 3339; `null` for never. */
  readonly expirationTime: string | null;
  readonly createTime: string;
  /** Why it was revoked; empty while it was not. */
  readonly revokedBecause: string;
  /** RFC 3339; empty while it was not revoked. */
  readonly revokedAt: string;
  /** Seconds without use after which it ends; 0 for none. */
  readonly idleExpirySeconds: number;
  /** Networks (CIDR) from which it may be used; none: any. */
  readonly networks: readonly string[];
  /** RFC 3339: when it was told that it expires soon; empty while it was not. */
  readonly expiryToldAt: string;
}

/** When a personal token was last used, to the minute. Record id: that of the token. */
export interface TokenUseBody {
  /** RFC 3339. */
  readonly at: string;
  /** Where. */
  readonly region: string;
}

/** A login session. Record id: that of its user, a dot, and a UUID. */
export interface SessionBody {
  readonly secret: SecretAtRest;
  /** Id of the user. */
  readonly user: string;
  /** Where it counts: `soc`, `developer` or `account`. */
  readonly audience: string;
  /** Id of the tenant that it is in; empty for none. */
  readonly organization: string;
  readonly createTime: string;
  /** RFC 3339. */
  readonly expirationTime: string;
}
