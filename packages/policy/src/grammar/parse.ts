import type { parser } from 'peggy';
import type { Diagnostic, ParseResult, Policy } from '../tree/document.ts';
import { policiesOf, SyntaxFault } from './grammar.ts';
import { LIMITS } from './limits.ts';
import { END, Fault, Reader } from './reader.ts';

/**
 * Reads a document. The first thing that is malformed ends it: what follows could only be guessed at. Linear in the length of the text; limits in
 * ./limits.ts, of which the length is checked before anything else.
 */
export function parse(text: string): ParseResult {
  const misfit = misfitOf(text);
  if (misfit !== undefined) return { ok: false, diagnostics: [misfit] };
  const reader = new Reader(text);
  try {
    const policies = policiesOf(text, reader) as readonly Policy[];
    return { ok: true, document: { policies, comments: reader.comments }, warnings: reader.warnings };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, diagnostics: [error.diagnostic] };
    if (error instanceof SyntaxFault) return { ok: false, diagnostics: [diagnosticOf(error as unknown as parser.SyntaxError, reader)] };
    throw error;
  }
}

function misfitOf(text: string): Diagnostic | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > LIMITS.bytes) return atStart(`a document may have at most ${LIMITS.bytes} bytes (512 KB), this has ${bytes}`);
  return text.isWellFormed() ? undefined : atStart('the text is not well-formed Unicode');
}

function atStart(message: string): Diagnostic {
  return { severity: 'error', line: 1, column: 1, message };
}

function diagnosticOf({ location, expected }: parser.SyntaxError, reader: Reader): Diagnostic {
  const { offset } = location.start;
  const found = reader.found(offset);
  const wanted = listed((expected ?? []).map(nameOf).filter((name) => name !== undefined));
  const missing = found === END && wanted.includes('"}"') ? ': missing "}"' : '';
  return { severity: 'error', ...reader.position(offset), message: `expected ${wanted} but found ${found}${missing}`, found, expected: wanted };
}

function nameOf(expectation: parser.Expectation): string | undefined {
  if (expectation.type === 'literal') return JSON.stringify(expectation.text);
  if (expectation.type === 'end') return 'the end of the text';
  if (expectation.type === 'other' && expectation.description !== 'whitespace') return `a ${expectation.description}`;
  return undefined;
}

function listed(names: readonly string[]): string {
  const all = [...new Set(names)].sort();
  return all.length > 1 ? `${all.slice(0, -1).join(', ')} or ${all.at(-1)}` : (all[0] ?? 'something else');
}
