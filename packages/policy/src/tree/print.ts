import { type Assertion, type Comment, type Condition, type Document, isTemplate, type Policy, type Position, type Realm, type Rule, type Value } from './document.ts';

/**
 * Writes a document in its one form; reading it back gives the same document apart from positions. A comment goes before what it precedes, or to the end of
 * the line that it ends, judged by the positions of the document.
 */
export function print(document: Document): string {
  const page = new Page(document.comments);
  for (const policy of document.policies) printPolicy(policy, page);
  return page.finish();
}

/** The realm as it is written in a document and in messages. */
export function realmText({ type, namespace, reach }: Realm): string {
  return `${type}::/${namespace.join('/')}${reachText(reach)}`;
}

/** One claim as it is written in a block: `permit read`, `docker.allow "https://x"`. */
export function claimText(type: string, value: string): string {
  return `${type} ${textOf(value)}`;
}

function reachText(reach: Realm['reach']): string {
  switch (reach.kind) {
    case 'subtree':
      return '';
    case 'namespace':
      return '::';
    case 'locals':
      return '::*';
    case 'local':
      return `::${reach.path.join('/')}`;
  }
}

/** No comment may be put behind what comes from here. */
const NOWHERE = -1;

/** Lines in the making, with the comments that still wait for their place. */
class Page {
  readonly #comments: readonly Comment[];
  readonly #lines: string[] = [];
  /** Line of the text that the last printed line came from. */
  #from = NOWHERE;
  #next = 0;

  constructor(comments: readonly Comment[]) {
    this.#comments = comments;
  }

  /** Puts a line after the comments that stand before `position` in the text. The line stands for the text up to line `until`. */
  line(text: string, { line, column }: Position, until = line): void {
    const indent = ' '.repeat(text.search(/\S/) + (text.trim() === '}' ? 2 : 0));
    for (let comment = this.#comments[this.#next]; comment !== undefined; comment = this.#comments[this.#next]) {
      const { position } = comment;
      if (position.line > line || (position.line === line && position.column > column)) break;
      this.#comment(comment, indent);
    }
    this.#lines.push(text);
    this.#from = until;
  }

  blank(): void {
    const comment = this.#comments[this.#next];
    if (this.#lines.length === 0) return;
    if (comment?.position.line === this.#from) this.#comment(comment, '');
    this.#lines.push('');
    this.#from = NOWHERE;
  }

  finish(): string {
    for (; this.#next < this.#comments.length; ) this.#comment(this.#comments[this.#next] as Comment, '');
    return this.#lines.length === 0 ? '' : `${this.#lines.join('\n')}\n`;
  }

  #comment({ position, text }: Comment, indent: string): void {
    const shown = `//${text === '' ? '' : ` ${text}`}`;
    if (position.line === this.#from) this.#lines.push(`${this.#lines.pop()} ${shown}`);
    else this.#lines.push(`${indent}${shown}`);
    this.#from = NOWHERE;
    this.#next += 1;
  }
}

function printPolicy({ realm, rules, position, end }: Policy, page: Page): void {
  page.blank();
  page.line(`on ${realmText(realm)} {`, position);
  for (const rule of rules) printRule(rule, page);
  page.line('}', end);
}

function printRule({ when, claims, position, end }: Rule, page: Page): void {
  if (when === null && claims.length < 2) {
    const [claim] = claims;
    return page.line(claim === undefined ? '  { }' : `  { ${assertionText(claim)} }`, position, end.line);
  }
  page.line(when === null ? '  {' : `  if (${conditionText(when)}) {`, position);
  for (const claim of claims) page.line(`    ${assertionText(claim)}`, claim.position);
  page.line('  }', end);
}

function assertionText({ type, values }: Assertion): string {
  return `${type} ${values.map(valueText).join(', ')}`;
}

/** Conditions as they are written; also what a document's diagnostics quote. */
export function conditionText(condition: Condition): string {
  if (condition.kind === 'compare') {
    const { issuer, type, comparator, value } = condition;
    return `${issuer === null ? '' : `${issuer}->`}${type} ${comparator} ${valueText(value)}`;
  }
  const inner = condition.of.map((one) => (one.kind === 'compare' || (condition.kind === 'any' && one.kind === 'all') ? conditionText(one) : `(${conditionText(one)})`));
  return inner.join(condition.kind === 'any' ? ' || ' : ' && ');
}

function valueText(value: Value): string {
  return value.kind === 'text' ? textOf(value.text) : `${value.issuer}->${value.type}`;
}

/** Verbs and the like stay bare; whatever is not an identifier is quoted, except a template that stands alone. */
function textOf(text: string): string {
  if (/^[A-Za-z_][\w-]*$/.test(text)) return text;
  if (isTemplate(text) && /^\[[A-Za-z_][\w-]*\]$/.test(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

