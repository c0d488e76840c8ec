import { parseDuration, Refusal } from '@mintmark/domain';

/** The longest hold, and the default one: milliseconds (specs 3). */
export const MAX_WAIT_MS = 300_000;

/** The `wait` parameter: milliseconds, at most 300,000; 0 for none and less. `undefined` where it is absent. Throws `Refusal`. */
export function waitOf(parameters: URLSearchParams): number | undefined {
  const text = parameters.get('wait') ?? '';
  if (text === '') return undefined;
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new Refusal('invalid_argument', 'Invalid wait time');
  return Math.min(Math.max(0, Number(parsed.ns) / 1e6), MAX_WAIT_MS);
}
