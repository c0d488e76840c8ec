import { parse } from '../grammar/parse.ts';
import type { ParseResult } from '../tree/document.ts';

export function readRules(text: string): ParseResult {
  return parse(text);
}
