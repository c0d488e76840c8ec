import { createRequire } from 'node:module';
import { Language, type Node, Parser, type Range } from 'web-tree-sitter';
import type { Diagnostic, Position } from '../tree/document.ts';

/*
 * HCL and its JSON form as one thing: keys with values, where a block with labels is a key within a key, as HCL 1 has it. The grammar is the tree-sitter
 * community's, as WebAssembly from its package; it is loaded with this module, in about 16 ms, and needs no network. Two things in it take more than linear
 * time and are kept from happening: runs of blanks (see `withoutBlanks`) and repair (see `FaultWatch`).
 */

export interface Item {
  readonly key: string;
  readonly position: Position;
  readonly value: ItemValue;
}

export type ItemValue = { readonly position: Position } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly of: readonly ItemValue[] }
  | { readonly kind: 'body'; readonly items: readonly Item[] }
  /** Whatever rules have no use for: numbers, expressions, strings with something put in. */
  | { readonly kind: 'other' }
);

export type HclResult = { readonly ok: true; readonly items: readonly Item[] } | { readonly ok: false; readonly diagnostic: Diagnostic };

/** Blocks within blocks; rules need four. */
const DEEPEST = 16;

const require = createRequire(import.meta.url);
await Parser.init();
const parser = new Parser().setLanguage(await Language.load(require.resolve('@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-hcl.wasm')));

/** Reads a text; the first thing that is malformed ends it. */
export function parseHcl(text: string): HclResult {
  const watch = new FaultWatch();
  parser.setLogger((message) => watch.hear(message));
  const tree = parser.parse(text, null, { progressCallback: () => watch.isFault, includedRanges: withoutBlanks(text) });
  try {
    if (tree === null) parser.reset();
    if (tree === null || watch.isFault || tree.rootNode.hasError) return { ok: false, diagnostic: faultAt(watch.position, text) };
    return { ok: true, items: tree.rootNode.namedChildren.flatMap((child) => itemsOf(child, 0)) };
  } catch (error) {
    if (error instanceof TooDeep) return { ok: false, diagnostic: { severity: 'error', ...error.position, message: `blocks may be nested at most ${DEEPEST} deep` } };
    throw error;
  } finally {
    tree?.delete();
  }
}

/** A run of blanks that is worth leaving out. */
const BLANKS = /[ \t\r\n]{8,}/g;

/**
 * The text but for most of each long run of blanks, of which one is left, a line end where there is one. The scanner reads a run once for every blank in it.
 * Nodes keep their places and texts, so strings lose nothing.
 */
function withoutBlanks(text: string): Range[] {
  const ranges: Range[] = [];
  const lines = new Lines(text);
  let from = 0;
  for (const { 0: run, index } of text.matchAll(BLANKS)) {
    const kept = index + Math.max(0, run.indexOf('\n'));
    if (kept > from) ranges.push(lines.range(from, index));
    ranges.push(lines.range(kept, kept + 1));
    from = index + run.length;
  }
  ranges.push(lines.range(from, text.length));
  return ranges.filter(({ startIndex, endIndex }) => endIndex > startIndex);
}

/** Rows and columns of offsets that only grow. */
class Lines {
  readonly #text: string;
  #row = 0;
  #start = 0;

  constructor(text: string) {
    this.#text = text;
  }

  range(startIndex: number, endIndex: number): Range {
    return { startIndex, startPosition: this.#point(startIndex), endIndex, endPosition: this.#point(endIndex) };
  }

  #point(offset: number): Range['startPosition'] {
    for (let end = this.#text.indexOf('\n', this.#start); end !== -1 && end < offset; end = this.#text.indexOf('\n', this.#start)) {
      this.#row += 1;
      this.#start = end + 1;
    }
    return { row: this.#row, column: offset - this.#start };
  }
}

/**
 * Hears from the parser's log when no reading of the text is left. What the parser does from there is repair, whose time grows with the square of the text
 * and more, so it is stopped: a malformed text costs no more than what is well-formed of it.
 */
class FaultWatch {
  isFault = false;
  position: Position = { line: 1, column: 1 };

  hear(message: string): void {
    if (this.isFault) return;
    const [, row, bytes] = /^process version:.* row:(\d+), col:(\d+)$/.exec(message) ?? [];
    // Two bytes a UTF-16 code unit.
    if (row !== undefined) this.position = { line: Number(row) + 1, column: Number(bytes) / 2 + 1 };
    else if (message.startsWith('resume ')) this.isFault = true;
  }
}

function faultAt(position: Position, text: string): Diagnostic {
  const rest = text.split('\n')[position.line - 1]?.slice(position.column - 1).trim() ?? '';
  const found = rest === '' ? 'the end of the line' : JSON.stringify(rest.slice(0, 60));
  const expected = 'blocks and attributes, as namespace "default" { policy = "read" }';
  return { severity: 'error', ...position, message: `this is not HCL from here on: found ${found}, expected ${expected}`, found, expected };
}

class TooDeep extends Error {
  readonly position: Position;

  constructor(position: Position) {
    super('nested too deep');
    this.position = position;
  }
}

function positionOf({ startPosition: { row, column } }: Node): Position {
  return { line: row + 1, column: column + 1 };
}

function itemsOf(node: Node, depth: number): readonly Item[] {
  if (depth > DEEPEST) throw new TooDeep(positionOf(node));
  switch (node.type) {
    case 'body':
    case 'object':
      return node.namedChildren.flatMap((child) => itemsOf(child, depth + 1));
    case 'block':
      return [blockOf(node, depth)];
    case 'attribute': {
      const [key, value] = node.namedChildren;
      return key === undefined || value === undefined ? [] : spread(key.text, positionOf(key), itemValue(value, depth));
    }
    case 'object_elem': {
      const [key, value] = [node.childForFieldName('key'), node.childForFieldName('val')];
      return key === null || value === null ? [] : spread(keyText(key), positionOf(key), itemValue(value, depth));
    }
    default:
      return [];
  }
}

/** `"namespace": [{…}, {…}]` in JSON is the key twice. */
function spread(key: string, position: Position, value: ItemValue): readonly Item[] {
  if (value.kind !== 'list' || value.of.length === 0 || value.of.some(({ kind }) => kind !== 'body')) return [{ key, position, value }];
  return value.of.map((one) => ({ key, position: one.position, value: one }));
}

function blockOf(node: Node, depth: number): Item {
  const position = positionOf(node);
  const [key, ...labels] = node.namedChildren.filter(({ type }) => type === 'identifier' || type === 'string_lit');
  const body = node.namedChildren.find(({ type }) => type === 'body');
  const items = body === undefined ? [] : itemsOf(body, depth);
  const inner: ItemValue = labels.reduceRight<ItemValue>((value, label) => ({ position, kind: 'body', items: [{ key: keyText(label), position: positionOf(label), value }] }), {
    position,
    kind: 'body',
    items,
  });
  return { key: key === undefined ? '' : keyText(key), position, value: inner };
}

function keyText(node: Node): string {
  const value = itemValue(node, 0);
  return value.kind === 'text' ? value.text : node.text;
}

function itemValue(node: Node, depth: number): ItemValue {
  const position = positionOf(node);
  switch (node.type) {
    case 'expression':
    case 'literal_value':
    case 'collection_value': {
      const [only, ...more] = node.namedChildren;
      return only === undefined || more.length > 0 ? { position, kind: 'other' } : itemValue(only, depth);
    }
    case 'object':
      return { position, kind: 'body', items: itemsOf(node, depth + 1) };
    case 'tuple':
      return { position, kind: 'list', of: node.namedChildren.filter(({ type }) => type === 'expression').map((one) => itemValue(one, depth + 1)) };
    case 'string_lit': {
      const text = stringOf(node);
      return text === undefined ? { position, kind: 'other' } : { position, kind: 'text', text };
    }
    default:
      return { position, kind: 'other' };
  }
}

/** The text of a string without anything put in. */
function stringOf(node: Node): string | undefined {
  if (node.namedChildren.some(({ type }) => !/^(?:quoted_template_start|quoted_template_end|template_literal)$/.test(type))) return undefined;
  try {
    return JSON.parse(node.text) as string;
  } catch {
    return undefined;
  }
}
