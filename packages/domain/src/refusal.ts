/**
 * Why a request was refused: the closed list that crosses every wire. The comment says what the caller may do.
 */
export type RefusalCode =
  /** Mend the request: `message` names the field and the accepted form (P14). */
  | 'invalid_argument'
  /** Present a credential, or another one. */
  | 'unauthenticated'
  /** Ask an administrator for the right. */
  | 'permission_denied'
  /** The thing does not exist. */
  | 'not_found'
  /** Pick another name or id. */
  | 'already_exists'
  /** Read again and decide again. */
  | 'conflict'
  /** Nothing was written; try again after `retryAfterMs`. */
  | 'unavailable'
  /** The region is behind what was demanded; try again after `retryAfterMs`. */
  | 'stale'
  /** The write may or may not have happened; read back before trying again. */
  | 'outcome_unknown'
  /** Slow down; try again after `retryAfterMs`. */
  | 'resource_exhausted'
  /** A defect; the cause is in the log under the request's id, never in the message. */
  | 'internal';

export interface RefusalDetails {
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** A refusal on its way to the caller. `message` is safe to show: it holds no secret and no internals. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: RefusalCode, message: string, details: RefusalDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'Refusal';
    this.code = code;
    this.retryAfterMs = details.retryAfterMs;
  }
}
