/** Nanoseconds in each unit of Go's duration syntax. */
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);
const MAX = 2n ** 63n - 1n;

export type ParsedDuration = { readonly ok: true; readonly ns: bigint } | { readonly ok: false; readonly problem: string };

/** Reads Go's duration syntax (`1h30m`, `-1.5h`, `60000ms`, `0`); the problem is worded as Go words it. Bounded by 64 bits. */
export function parseDuration(text: string): ParsedDuration {
  const invalid = { ok: false, problem: `time: invalid duration ${JSON.stringify(text)}` } as const;
  const match = /^([+-]?)(.*)$/s.exec(text);
  const rest = match?.[2] ?? '';
  if (rest === '0') return { ok: true, ns: 0n };
  if (rest === '') return invalid;
  const part = /(\d*)(?:\.(\d*))?([^\d.]*)/y;
  let total = 0n;
  while (part.lastIndex < rest.length) {
    const [all = '', whole = '', fraction = '', unit = ''] = part.exec(rest) ?? [];
    if (all === '' || (whole === '' && fraction === '')) return invalid;
    if (unit === '') return { ok: false, problem: `time: missing unit in duration ${JSON.stringify(text)}` };
    const scale = UNITS.get(unit);
    if (scale === undefined) {
      return { ok: false, problem: `time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}` };
    }
    if (whole.length > 20 || fraction.length > 18) return invalid;
    total += BigInt(whole || '0') * scale;
    if (fraction !== '') total += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
    if (total > MAX) return invalid;
  }
  return { ok: true, ns: match?.[1] === '-' ? -total : total };
}

/** Writes nanoseconds as Go's `Duration.String` does: `10h0m0s`, `1m30s`, `1.5s`, `300ms`, `0s`. */
export function formatDuration(ns: bigint): string {
  if (ns === 0n) return '0s';
  if (ns < 0n) return `-${formatDuration(-ns)}`;
  if (ns < 1_000n) return `${ns}ns`;
  if (ns < 1_000_000n) return `${decimal(ns, 1_000n)}µs`;
  if (ns < 1_000_000_000n) return `${decimal(ns, 1_000_000n)}ms`;
  const minutes = ns / 60_000_000_000n;
  const seconds = `${decimal(ns % 60_000_000_000n, 1_000_000_000n)}s`;
  if (minutes === 0n) return seconds;
  const hours = minutes / 60n;
  return hours === 0n ? `${minutes}m${seconds}` : `${hours}h${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, scale: bigint): string {
  const digits = scale.toString().length - 1;
  const fraction = (value % scale).toString().padStart(digits, '0').replace(/0+$/, '');
  return fraction === '' ? `${value / scale}` : `${value / scale}.${fraction}`;
}
