import { createRequire } from 'node:module';
import { Language, type Node, Parser } from 'web-tree-sitter';
import type { Diagnostic, Position } from '../tree/document.ts';

/*
 * HCL and its JSON form as one thing: keys with values, where a block with labels is a key within a key, as HCL 1 has it. The grammar is the tree-sitter
 * community's, as WebAssembly from its package; it is loaded with this module, in about 16 ms, and needs no network.
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

export function parseHcl(text: string): HclResult {
  const tree = parser.parse(text);
  if (tree === null) throw new Error('no language is set');
  try {
    const { rootNode } = tree;
    if (rootNode.hasError) return { ok: false, diagnostic: faultOf(rootNode) };
    return { ok: true, items: rootNode.namedChildren.flatMap((child) => itemsOf(child, 0)) };
  } catch (error) {
    if (error instanceof TooDeep) return { ok: false, diagnostic: { severity: 'error', ...error.position, message: `blocks may be nested at most ${DEEPEST} deep` } };
    throw error;
  } finally {
    tree.delete();
  }
}

class TooDeep extends Error {
  readonly position: Position;

  constructor(position: Position) {
    super('nested too deep');
    this.position = position;
  }
}

/** The first place where the text is not what the grammar takes. */
function faultOf(root: Node): Diagnostic {
  let node = root;
  while (!node.isError && !node.isMissing) {
    const inner = node.children.find((child) => child.hasError || child.isMissing);
    if (inner === undefined) break;
    node = inner;
  }
  if (node.isMissing) return { severity: 'error', ...positionOf(node), message: `missing ${JSON.stringify(node.type)}`, expected: JSON.stringify(node.type) };
  // Where nothing could be made of the whole text, it is its end that says what is missing.
  const whole = node.equals(root);
  const { row, column } = whole ? (node.lastChild ?? node).endPosition : node.startPosition;
  const found = whole ? 'the end of the text' : JSON.stringify(node.text.trim().split('\n')[0]?.slice(0, 60) ?? '');
  const expected = 'blocks and attributes, as namespace "default" { policy = "read" }';
  return { severity: 'error', line: row + 1, column: column + 1, message: `this is not HCL: found ${found}, expected ${expected}`, found, expected };
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
