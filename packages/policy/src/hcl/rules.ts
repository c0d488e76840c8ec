import { parse } from '../grammar/parse.ts';
import type { ParseResult } from '../tree/document.ts';
import { convert } from './convert.ts';
import { parseHcl } from './syntax.ts';

/** Longest rules in HCL, in characters. */
const LONGEST = 64 * 1024;

const BLANKS = /(?:\s+|\/\/[^\n]*|#[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*/y;
/** A block, an attribute or an object; the language of policies begins with "on" or with a realm. */
const HCL = /(?:"|\{|[A-Za-z_][\w-]*\s*["{=])/y;

/**
 * The rules of an ACL policy: the language of policies, or Nomad's rules in HCL or JSON as far as they have a counterpart (see ./convert.ts). Which it is,
 * the first word tells. Rules without anything in them grant nothing.
 */
export function readRules(text: string): ParseResult {
  if (!isHcl(text)) return parse(text);
  if (text.length > LONGEST) return { ok: false, diagnostics: [{ severity: 'error', line: 1, column: 1, message: `rules in HCL may have at most ${LONGEST} characters, this has ${text.length}` }] };
  const read = parseHcl(text);
  return read.ok ? convert(text, read.items) : { ok: false, diagnostics: [read.diagnostic] };
}

function isHcl(text: string): boolean {
  BLANKS.lastIndex = 0;
  BLANKS.exec(text);
  HCL.lastIndex = BLANKS.lastIndex;
  return HCL.test(text);
}
