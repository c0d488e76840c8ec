/** Members whose value says which way a parser went. */
const TELLING = new Set(['kind', 'code', 'reason', 'problem', 'at', 'operator', 'ok', 'claim', 'state']);
const DEEPEST = 5;
/** Of one answer. */
const MOST = 64;

/**
 * What can be told apart of an answer, at most 64 texts: of a refusal its class and words, of anything else the types of its members.
 * What only the input can have given (names in quotes, paths, numbers, lengths) is not told.
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
    if (value instanceof Error) this.found.add(`${at}${value.name}: ${wordsOf(value.message)}`);
    else if (Array.isArray(value)) {
      this.found.add(`${at}[${value.length === 0 ? '' : value.length === 1 ? 'one' : 'many'}]`);
      for (const item of value.slice(0, MOST)) this.tell(item, `${at}[]`, depth);
    } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) this.#members(value, at, depth);
    else this.found.add(`${at}${value === null ? 'null' : typeof value}`);
  }

  #members(value: object, at: string, depth: number): void {
    if (depth === DEEPEST) return;
    // The keys of a map are data.
    for (const [name, member] of value instanceof Map ? [...value.values()].map((item): [string, unknown] => ['{}', item]) : Object.entries(value)) {
      const below = `${at}.${name.slice(0, 60)}`;
      if (TELLING.has(name) && typeof member !== 'object') this.found.add(`${below}=${this.#input.includes(String(member)) ? '~' : wordsOf(String(member))}`);
      else this.tell(member, below, depth + 1);
    }
  }
}

/** A text without what differs from input to input. */
function wordsOf(said: string): string {
  return said
    .replace(/"(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`/g, '…')
    .replace(/[^\x20-\x7e…]+/g, '')
    .replace(/(?<=\s)\/\S*/g, '#')
    .replace(/[\w-]*\d[\w.:-]*/g, '#')
    .slice(0, 160);
}
