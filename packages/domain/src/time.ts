const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d{2}:\d{2})$/;
const NS_PER_MS = 1_000_000n;
const NS_PER_S = 1_000_000_000n;

/** Nanoseconds since the Unix epoch. */
export type Instant = bigint;

/** Reads an RFC 3339 time with up to nine fractional digits (more are cut); `undefined` when malformed. */
export function parseTime(text: string): Instant | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  const calendar = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const ms = Date.parse(`${calendar}Z`);
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== calendar) return undefined;
  const offset = offsetMinutes(zone);
  if (offset === undefined) return undefined;
  return BigInt(ms - offset * 60_000) * NS_PER_MS + BigInt(fraction.padEnd(9, '0'));
}

function offsetMinutes(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** Writes an instant as Go does: RFC 3339, UTC, trailing zeros of the fraction cut. */
export function formatTime(at: Instant): string {
  const fraction = ((at % NS_PER_S) + NS_PER_S) % NS_PER_S;
  const seconds = (at - fraction) / NS_PER_S;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const digits = fraction === 0n ? '' : `.${fraction.toString().padStart(9, '0').replace(/0+$/, '')}`;
  return `${whole}${digits}Z`;
}

/** Milliseconds since the epoch, as clocks count them, to an instant. Fractions of a millisecond are kept to the microsecond. */
export function instantOf(ms: number): Instant {
  return BigInt(Math.round(ms * 1000)) * 1000n;
}
