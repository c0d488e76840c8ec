import { UsageError } from './failure.ts';

/** A part of a path, whatever it holds; the three that would make it another path are no names. */
export function segment(text: string): string {
  if (/^\.{0,2}$/.test(text)) throw new UsageError(`${JSON.stringify(text)} is not a name or id`);
  return encodeURIComponent(text);
}
