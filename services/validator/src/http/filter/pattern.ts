import { RE2JS, type RE2JS as Pattern } from 're2js';
import { FilterError } from './error.ts';

const MAX_PATTERN = 1_024;
const MAX_REPEAT = 100;
/** Instructions of all the patterns of one filter: matching a text takes at most this many steps a character. */
const MAX_PROGRAM = 10_000;

/**
 * Compiles the patterns of one filter. They come from callers, so they run on an engine whose time is linear in the text (RE2), and their
 * programs are bounded together.
 */
export class Patterns {
  #left = MAX_PROGRAM;

  compile(pattern: string): (text: string) => boolean {
    if (pattern.length > MAX_PATTERN) throw failed(pattern, `longer than ${MAX_PATTERN} characters`);
    for (const [, low = '', high = ''] of pattern.matchAll(/\{(\d+),?(\d*)\}/g)) {
      if (Math.max(Number(low), Number(high)) > MAX_REPEAT) throw failed(pattern, `a repeat count above ${MAX_REPEAT}`);
    }
    const compiled = parsed(pattern);
    this.#left -= compiled.programSize();
    if (this.#left < 0) throw failed(pattern, 'expression too large');
    return (text) => compiled.test(text);
  }
}

function parsed(pattern: string): Pattern {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw failed(pattern, error instanceof Error ? error.message : String(error));
  }
}

function failed(pattern: string, problem: string): FilterError {
  return new FilterError('evaluation', `Failed to compile regular expression ${JSON.stringify(pattern.slice(0, 200))}: ${problem}`);
}
