import type { Value } from '../tree/document.ts';
import { isQuota } from './claim-types.ts';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };
const TIMEOUT = /^(\d{1,9})([smh])$/;

/** Factors of the units that quotas are written in: milliseconds of CPU, bytes, bits a second. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  b: 1,
  kb: 2 ** 10,
  mb: 2 ** 20,
  gb: 2 ** 30,
  tb: 2 ** 40,
  bps: 1,
  kbps: 1e3,
  mbps: 1e6,
  gbps: 1e9,
};
const QUANTITY = /^(\d{1,15}(?:\.\d{1,6})?)([A-Za-z]*)$/;

/** Seconds of a `tokenTimeout`, whole and at least 1; `undefined` where the value is not of its form. */
export function timeoutSeconds(text: string): number | undefined {
  const [, digits = '', unit = ''] = TIMEOUT.exec(text) ?? [];
  const seconds = Number(digits) * (SECONDS[unit] ?? 0);
  return seconds > 0 ? seconds : undefined;
}

/** A quota as a number of its smallest unit; `undefined` where the value is not of its form. */
export function quantityOf(text: string): number | undefined {
  const [, digits, unit = ''] = QUANTITY.exec(text) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

export interface ValueProblem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly expected: string;
}

/** What is wrong with a value of a claim type whose values have a form. */
export function valueProblem(type: string, value: Value): ValueProblem | undefined {
  const text = value.kind === 'text' ? value.text : undefined;
  if (type === 'tokenTimeout' && (text === undefined || timeoutSeconds(text) === undefined)) {
    return { severity: 'error', message: 'tokenTimeout is a time that can be told beforehand', expected: 'a whole number of at least 1 followed by s, m or h, as "3600s"' };
  }
  if (type === 'log' && (text === undefined || !['none', 'allow', 'deny'].includes(text))) {
    return { severity: 'error', message: 'log says which decisions are recorded', expected: 'none, allow or deny' };
  }
  if (isQuota(type) && text !== undefined && quantityOf(text) === undefined) {
    return { severity: 'warning', message: `${type} is a quantity, and this cannot be compared with others`, expected: 'a number with ms, KB to TB or Kbps to Gbps' };
  }
  return undefined;
}
