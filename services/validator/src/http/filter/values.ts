import { parseDuration, parseTime } from '@mintmark/domain';
import { FilterError } from './error.ts';
import type { Field } from './schema.ts';

const BOOLS: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false])),
};

/** Go's reading of a truth value; `undefined` for anything else. */
export function parseBool(text: string): boolean | undefined {
  return Object.hasOwn(BOOLS, text) ? BOOLS[text] : undefined;
}

/** Whether a value of the field's type equals what the text says. Throws `FilterError` where the text says nothing of that type. */
export function equality(field: Field, text: string, purpose: string): (value: unknown) => boolean {
  switch (field.type) {
    case 'string':
      return (value) => value === text;
    case 'bool': {
      const wanted = parseBool(text);
      if (wanted === undefined) throw unreadable(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
      return (value) => value === wanted;
    }
    case 'integer': {
      if (!/^\d{1,20}$/.test(text)) throw unreadable(`strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
      const wanted = Number(text);
      return (value) => value === wanted;
    }
    case 'time': {
      const wanted = parseTime(text);
      if (wanted === undefined) throw unreadable(`${JSON.stringify(text)} is not an RFC 3339 time such as 2030-01-02T15:04:05Z`);
      return (value) => typeof value === 'string' && parseTime(value) === wanted;
    }
    case 'duration': {
      const wanted = nanoseconds(text);
      return (value) => typeof value === 'string' && nanoseconds(value) === wanted;
    }
    default:
      throw new FilterError('evaluation', `unable to find suitable primitive comparison function for ${purpose}`);
  }
}

/** A number counts nanoseconds; the empty text is none. */
function nanoseconds(text: string): bigint {
  if (text === '') return 0n;
  if (/^-?\d{1,20}$/.test(text)) return BigInt(text);
  const parsed = parseDuration(text);
  if (!parsed.ok) throw unreadable(parsed.problem);
  return parsed.ns;
}

function unreadable(problem: string): FilterError {
  return new FilterError('evaluation', `error getting match value in expression: ${problem}`);
}
