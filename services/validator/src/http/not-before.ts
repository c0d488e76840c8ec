import { formatTime, instantOf, parseTime, Refusal } from '@mintmark/domain';
import type { JsonObject } from './json-body.ts';

/** The member `notBefore` of a body, in milliseconds, rounded up; `undefined` where it says nothing. Throws the refusal `invalid_argument`. */
export function notBeforeOf({ notBefore }: JsonObject): number | undefined {
  if (notBefore === undefined || notBefore === null) return undefined;
  const at = typeof notBefore === 'string' ? parseTime(notBefore) : undefined;
  if (at === undefined) throw new Refusal('invalid_argument', 'notBefore must be an RFC 3339 time such as 2030-01-02T15:04:05Z');
  return Math.max(0, Math.ceil(Number(at) / 1e6));
}

/** Milliseconds as RFC 3339; `null` for none. */
export function notBeforeJson(notBefore: number): string | null {
  return notBefore === 0 ? null : formatTime(instantOf(notBefore));
}
