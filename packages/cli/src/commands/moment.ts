import { systemWorld } from '@mintmark/kit/lifecycle';

/** A time as it was given, or now (RFC 3339). */
export function timeOr(given: string | undefined): string {
  return given ?? new Date(systemWorld.clock.now()).toISOString();
}
