import { Refusal } from '../refusal.ts';

/** The refusal for a non-empty list of problems of what was to be written, laid out as Go's multierror lays them out. */
export function invalid(what: 'token' | 'policy' | 'role', problems: readonly string[]): Refusal {
  const count = problems.length === 1 ? '1 error occurred' : `${problems.length} errors occurred`;
  return new Refusal('invalid_argument', `${what} 0 invalid: ${count}:\n${problems.map((problem) => `\t* ${problem}\n`).join('')}\n`);
}
