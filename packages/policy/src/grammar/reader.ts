import { AUTH_SERVER, COMPARATORS, type Comment, type Diagnostic, type Position, type Reach } from '../tree/document.ts';
import { LIMITS } from './limits.ts';

type Counted = 'policies' | 'claims' | 'comparisons';

const TOKEN = /"(?:[^"\\\n]|\\.)*"?|(?:[\w.:/@*+]|-(?!>))+|->|==|!=|<=|>=|&&|\|\||\[\w*\]?|./suy;
/** What is found where there is nothing more. */
export const END = 'the end of the text';
const LONGEST_FOUND = 60;
const ISSUER = /^[A-Za-z_][\w-]*(@.+)?$/s;

/** An error at one place of the text. */
export class Fault extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** What the grammar asks while it reads one text: where it is, whether it has had enough, and what to say of what is malformed. */
export class Reader {
  readonly #text: string;
  /** Offsets of the first character of each line. */
  readonly #lines: number[] = [0];
  readonly #counts: Record<Counted, number> = { policies: 0, claims: 0, comparisons: 0 };
  readonly comments: Comment[] = [];
  readonly warnings: Diagnostic[] = [];
  #lastComment = -1;
  #line = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#lines.push(at + 1);
  }

  /** The reader mostly goes forward, so the line is looked for beside the one of the last question. */
  position(offset: number): Position {
    const lines = this.#lines;
    while (this.#line > 0 && (lines[this.#line] as number) > offset) this.#line -= 1;
    while (this.#line + 1 < lines.length && (lines[this.#line + 1] as number) <= offset) this.#line += 1;
    return { line: this.#line + 1, column: offset - (lines[this.#line] as number) + 1 };
  }

  /** The word, string or sign at an offset. */
  found(offset: number): string {
    TOKEN.lastIndex = offset;
    const token = TOKEN.exec(this.#text)?.[0];
    if (token === undefined) return END;
    return JSON.stringify(token.length > LONGEST_FOUND ? `${token.slice(0, LONGEST_FOUND)}…` : token);
  }

  refuse(offset: number, message: string, expected?: string): never {
    throw new Fault({ severity: 'error', ...this.position(offset), message, found: this.found(offset), ...(expected === undefined ? {} : { expected }) });
  }

  comment(offset: number, text: string): void {
    if (offset <= this.#lastComment) return;
    this.#lastComment = offset;
    this.comments.push({ position: this.position(offset), text: text.trim() });
  }

  realm(offset: number, namespace: readonly string[], reach: Reach | null): void {
    this.#count('policies', 1, offset);
    const longest = Math.max(namespace.length, reach?.kind === 'local' ? reach.path.length : 0);
    if (longest > LIMITS.segments) this.refuse(offset, `a realm may have at most ${LIMITS.segments} names between its slashes, this has ${longest}`);
  }

  claims(offset: number, values: number): void {
    this.#count('claims', values, offset);
  }

  comparison(offset: number): void {
    this.#count('comparisons', 1, offset);
  }

  deeper(offset: number): true {
    this.#depth += 1;
    if (this.#depth > LIMITS.nesting) this.refuse(offset, `parentheses may be nested at most ${LIMITS.nesting} deep`);
    return true;
  }

  shallower(): void {
    this.#depth -= 1;
  }

  nameOf(offset: number, mark: string): { readonly issuer: string; readonly type: string } {
    const full = `${AUTH_SERVER}->name`;
    this.warnings.push({ severity: 'warning', ...this.position(offset), message: `"${mark}name" is read as "${full}"`, found: `"${mark}name"`, expected: `"${full}"` });
    return { issuer: AUTH_SERVER, type: 'name' };
  }

  issuer(offset: number, word: string): string {
    return ISSUER.test(word) ? word : this.refuse(offset, `${JSON.stringify(word)} is not the name of an issuer`, 'a name, or a name followed by "@" and a domain');
  }

  unclosedPolicy(offset: number): never {
    return this.refuse(offset, 'a policy begins before the last one is closed: missing "}"', '"}"');
  }

  strayClaim(offset: number): never {
    return this.refuse(offset, `the claim ${this.found(offset)} stands outside of a block: rules are { … } or if (…) { … }`, '"if", "{" or "}"');
  }

  emptyName(offset: number): never {
    return this.refuse(offset, 'a name in the realm is empty, or a comment touches the realm', 'a name after "/"');
  }

  noValue(offset: number, type: string): never {
    return this.refuse(offset, `the claim ${JSON.stringify(type)} has no value`, `${type} followed by a value`);
  }

  badComparator(offset: number): never {
    const found = this.found(offset);
    const expected = `one of ${COMPARATORS.join(', ')}`;
    return this.refuse(offset, `expected ${expected} but found ${found}${found === '"!="' ? ': conditions only affirm' : ''}`, expected);
  }

  openString(offset: number): never {
    return this.refuse(offset, 'the string is not closed on its line', 'a closing quote; a quote within a string is written \\"');
  }

  #count(what: Counted, by: number, offset: number): void {
    this.#counts[what] += by;
    if (this.#counts[what] > LIMITS[what]) this.refuse(offset, `a document may have at most ${LIMITS[what]} ${what}`);
  }
}
