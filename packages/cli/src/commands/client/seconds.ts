import { UsageError } from '../../client/failure.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 };

/** A time such as `90`, `90s`, `5m`, `3h` or `30d` in seconds. */
export function secondsOf(flag: string, text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
  if (digits === '') throw new UsageError(`${flag} must be a number of seconds, or one with a unit: 90s, 5m, 3h, 30d`);
  return Number(digits) * (UNITS[unit] ?? 1);
}
