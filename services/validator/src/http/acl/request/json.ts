import { Refusal } from '@mintmark/domain';
import { createScanner, type ParseError, parse, printParseErrorCode } from 'jsonc-parser';

/** Bodies are flat; nothing deeper than this is one of ours. */
const MAX_DEPTH = 32;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The first JSON value of a body, as Go's decoder reads it: what follows the value does not matter. Commas before a closing bracket are
 * tolerated, as the manual's own sample has one. Throws `Refusal` `invalid_argument` that says where the body is wrong and shows none of it.
 */
export function jsonOf(body: Uint8Array): unknown {
  const text = textOf(body);
  try {
    return JSON.parse(text);
  } catch {
    return tolerant(text);
  }
}

function textOf(body: Uint8Array): string {
  try {
    const text = decoder.decode(body);
    if (text.trim() !== '') return text;
  } catch {
    throw malformed('must be UTF-8');
  }
  throw new Refusal('invalid_argument', 'Request body is empty');
}

function tolerant(text: string): unknown {
  const first = firstValue(text);
  try {
    return JSON.parse(first);
  } catch {
    throw malformed(`is not valid JSON: ${faultOf(text)}`);
  }
}

/** The text of the first value without its trailing commas. Whether it is JSON is judged by who parses it. */
function firstValue(text: string): string {
  const kept: string[] = [];
  let depth = 0;
  let comma = false;
  let last = '';
  for (const token of tokensOf(text)) {
    if (token.trim() === '') {
      kept.push(token);
      continue;
    }
    const closes = token === '}' || token === ']';
    if (comma && !(closes && isValueEnd(last))) kept.push(',');
    comma = token === ',';
    if (comma) continue;
    kept.push(token);
    last = token;
    if (token === '{' || token === '[') depth += 1;
    if (closes) depth -= 1;
    if (depth > MAX_DEPTH) throw malformed(`is nested deeper than ${MAX_DEPTH}`);
    if (depth <= 0) break;
  }
  return kept.join('');
}

function* tokensOf(text: string): Generator<string> {
  const scanner = createScanner(text);
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    yield text.slice(scanner.getTokenOffset(), scanner.getTokenOffset() + scanner.getTokenLength());
  }
}

/** Whether a comma may follow this, and with it a trailing one. */
function isValueEnd(token: string): boolean {
  return !['', '{', '[', ',', ':'].includes(token);
}

/** Line, column and kind of the first fault. */
function faultOf(text: string): string {
  const faults: ParseError[] = [];
  parse(text, faults, { disallowComments: true, allowTrailingComma: true });
  const [fault] = faults;
  if (fault === undefined) return 'unexpected text';
  const before = text.slice(0, fault.offset).split('\n');
  const kind = printParseErrorCode(fault.error)
    .replace(/(?<!^)([A-Z])/g, ' $1')
    .toLowerCase();
  return `${kind} at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

function malformed(problem: string): Refusal {
  return new Refusal('invalid_argument', `request body ${problem}`);
}
