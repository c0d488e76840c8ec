import { formatDuration } from '../duration.ts';
import type { TokenBody } from './records.ts';
import type { Scope } from '../record.ts';
import type { Instant } from '../time.ts';
import { parseTime } from '../time.ts';

/** The longest token name: bytes of its UTF-8 form, as Nomad counts. */
export const MAX_NAME_BYTES = 256;

/** How near and how far from its creation a token may expire, both inclusive; nanoseconds. */
export interface ExpiryLimits {
  readonly min: bigint;
  readonly max: bigint;
}

/** A token as it is asked for, with times resolved. */
export interface TokenDraft {
  readonly name: string;
  readonly type: string;
  readonly policies: readonly string[] | null;
  readonly roleCount: number;
  readonly createTime: Instant;
  readonly expirationTime: Instant | null;
  readonly expirationTtl: bigint;
}

/** What an update asks of the members that can never change; absent ones ask nothing. */
export interface FrozenMembers {
  readonly scope?: Scope;
  readonly expirationTtl?: bigint;
  readonly expirationTime?: Instant;
}

/** Nomad's rules for a new token (specs 1.3), in its order and words; empty when it is valid. */
export function creationProblems(draft: TokenDraft, limits: ExpiryLimits): string[] {
  return [...shapeProblems(draft), ...expiryProblems(draft, limits)];
}

/** Nomad's rules for an update of `stored` (specs 1.4), with omitted members left as stored. */
export function updateProblems(
  draft: Pick<TokenDraft, 'name' | 'type' | 'policies' | 'roleCount'>,
  asked: FrozenMembers,
  stored: { readonly scope: Scope; readonly body: TokenBody },
): string[] {
  const problems = shapeProblems(draft);
  if (asked.scope !== undefined && asked.scope !== stored.scope) problems.push('cannot toggle global mode');
  if (asked.expirationTtl !== undefined && asked.expirationTtl !== BigInt(stored.body.expirationTtl)) {
    problems.push('cannot update expiration TTL');
  }
  const storedTime = stored.body.expirationTime === null ? undefined : parseTime(stored.body.expirationTime);
  if (asked.expirationTime !== undefined && asked.expirationTime !== storedTime) problems.push('cannot update expiration time');
  return problems;
}

function shapeProblems(draft: Pick<TokenDraft, 'name' | 'type' | 'policies' | 'roleCount'>): string[] {
  const problems: string[] = [];
  if (Buffer.byteLength(draft.name, 'utf8') > MAX_NAME_BYTES) problems.push('token name too long');
  const grants = (draft.policies?.length ?? 0) + draft.roleCount;
  if (draft.type === 'client') {
    if (grants === 0) problems.push('client token missing policies or roles');
  } else if (draft.type === 'management') {
    if (grants > 0) problems.push('management token cannot be associated with policies or roles');
  } else {
    problems.push('token type must be client or management');
  }
  return problems;
}

function expiryProblems(draft: TokenDraft, limits: ExpiryLimits): string[] {
  const problems: string[] = [];
  if (draft.expirationTtl < 0n) {
    problems.push(`token expiration TTL '${formatDuration(draft.expirationTtl)}' should not be negative`);
  }
  if (draft.expirationTime === null) return problems;
  const life = draft.expirationTime - draft.createTime;
  if (life < 0n) problems.push('expiration time cannot be before create time');
  if (life > limits.max) {
    problems.push(`expiration time cannot be more than ${formatDuration(limits.max)} in the future (was ${formatDuration(life)})`);
  }
  if (life < limits.min) {
    problems.push(`expiration time cannot be less than ${formatDuration(limits.min)} in the future (was ${formatDuration(life)})`);
  }
  return problems;
}
