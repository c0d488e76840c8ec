/** Members whose value says which way a parser went. */
const TELLING = new Set(['kind', 'code', 'reason', 'at', 'operator', 'ok', 'op', 'verb']);
const DEEPEST = 5;
/** Of one answer. */
const MOST = 64;

/**
 * What can be told apart of an answer, at most 64 texts: of a refusal its class and words, of anything else the types of its members.
 * What only the input can have given (its own words, names in quotes, numbers, lengths) is not told.
 */
export function behavioursOf(answer: unknown, input: Buffer): readonly string[] {
  const telling = new Telling(input.toString());
  telling.tell(answer, '', 0);
  return [...telling.found];
}

class Telling {
  readonly found = new Set<string>();
  readonly #input: string;

  constructor(input: string) {
    this.#input = input;
  }

  tell(value: unknown, at: string, depth: number): void {
    if (this.found.size >= MOST) return;
    if (value instanceof Error) this.found.add(`${at}${value.name}: ${this.#wordsOf(value.message)}`);
    else if (Array.isArray(value)) {
      this.found.add(`${at}[${value.length === 0 ? '' : value.length === 1 ? 'one' : 'many'}]`);
      for (const item of value.slice(0, MOST)) this.tell(item, `${at}[]`, depth);
    } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) this.#members(value, at, depth);
    else this.found.add(`${at}${value === null ? 'null' : typeof value}`);
  }

  #members(value: object, at: string, depth: number): void {
    if (depth === DEEPEST) return;
    for (const [name, member] of value instanceof Map ? value : Object.entries(value)) {
      const below = `${at}.${wordsOf(String(name))}`;
      if (TELLING.has(name) && typeof member !== 'object') this.found.add(`${below}=${this.#wordsOf(String(member))}`);
      else this.tell(member, below, depth + 1);
    }
  }

  #wordsOf(said: string): string {
    return wordsOf(said.replace(/[A-Za-z_]{2,}/g, (word) => (this.#input.includes(word) ? '~' : word)));
  }
}

/** A text without what differs from input to input. */
function wordsOf(said: string): string {
  return said
    .replace(/"(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`/g, '…')
    .replace(/[^\x20-\x7e…]+/g, '')
    .replace(/[\w-]*\d[\w.:-]*/g, '#')
    .slice(0, 80);
}
