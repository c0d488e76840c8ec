import type { Diagnostic, Document, ParseResult, Policy, Position, Reach, Rule, Value } from '../tree/document.ts';
import { BLOCKS, type BlockKind, VARIABLES } from './blocks.ts';
import type { Item, ItemValue } from './syntax.ts';

/*
 * Nomad's rules as policies: a block is the realm `<kind>::/<label>`, its levels and capabilities are verbs of it. The language only permits and its realms
 * are prefixes, so what denies, what globs over parts of a name, and what takes back with a narrow label what `*` gives has no counterpart and is refused.
 */
export function convert(text: string, items: readonly Item[]): ParseResult {
  const conversion = new Conversion();
  conversion.run(text, items);
  const { diagnostics } = conversion;
  if (diagnostics.length > 0) return { ok: false, diagnostics: [...diagnostics].sort(byPlace) };
  const document: Document = { policies: conversion.policies.sort((a, b) => byPlace(a.position, b.position)), comments: [] };
  return { ok: true, document, warnings: [] };
}

function byPlace(a: Position, b: Position): number {
  return a.line - b.line || a.column - b.column;
}

/** What a label of a kind is given, for the comparison with what `*` is given. */
interface Given {
  readonly position: Position;
  readonly verbs: Set<string>;
}

class Conversion {
  readonly diagnostics: Diagnostic[] = [];
  readonly policies: Policy[] = [];

  run(text: string, items: readonly Item[]): void {
    this.#keys(items);
    if (!items.some(({ key }) => key in BLOCKS)) this.#refuse({ line: 1, column: 1 }, `Invalid policy: ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`);
    for (const [type, kind] of Object.entries(BLOCKS)) {
      const blocks = items.filter(({ key }) => key === type);
      if (kind.label === undefined) for (const { position, value } of blocks.slice(0, 1)) this.#block(type, [], kind, position, value);
      else this.#labelled(type, kind, blocks);
    }
  }

  /** Nomad's own text for keys that it does not know, and for what may be there once only. */
  #keys(items: readonly Item[]): void {
    const bad = items.filter(({ key }, at) => !(key in BLOCKS) || (BLOCKS[key]?.label === undefined && items.findIndex((other) => other.key === key) !== at));
    const [first] = bad;
    if (first !== undefined) this.#refuse(first.position, `Invalid or duplicate policy keys: ${[...new Set(bad.map(({ key }) => key))].sort().join(', ')}`);
  }

  #labelled(type: string, kind: BlockKind, blocks: readonly Item[]): void {
    const given = new Map<string, Given>();
    for (const { value, position } of blocks) {
      if (value.kind !== 'body' || value.items.length === 0) this.#refuse(position, `${type} needs a name: write ${type} "name" { … }`);
      for (const label of value.kind === 'body' ? value.items : []) this.#label(type, kind, label, given);
    }
    const any = given.get('*');
    for (const [name, { position, verbs }] of given) {
      const lost = [...(any?.verbs ?? [])].filter((verb) => !verbs.has(verb));
      if (lost.length > 0) this.#refuse(position, `${type} "${name}" takes back what ${type} "*" gives (${lost.join(', ')}): permissions only add up, so give them by name instead of by "*"`);
    }
  }

  #label(type: string, kind: BlockKind, { key, position, value }: Item, given: Map<string, Given>): void {
    if (kind.label?.test(key) !== true) return this.#refuse(position, `Invalid ${type.replace('_', ' ')} name: ${JSON.stringify(key)} is not of the form ${kind.label?.source}`);
    if (key !== '*' && key.includes('*')) return this.#refuse(position, `${type} ${JSON.stringify(key)}: a glob other than "*" alone has no counterpart; name each ${type.replace('_', ' ')}`);
    const namespace = key === '*' ? [] : [key];
    const known = given.get(key) ?? { position, verbs: new Set<string>() };
    given.set(key, known);
    for (const verb of this.#block(type, namespace, kind, position, value)) known.verbs.add(verb);
  }

  /** Converts the attributes of a block and gives the verbs that they come to. */
  #block(type: string, namespace: readonly string[], kind: BlockKind, position: Position, value: ItemValue): readonly string[] {
    if (value.kind !== 'body') {
      this.#refuse(value.position, `${type} is a block: write ${type} ${kind.label === undefined ? '' : '"name" '}{ … }`);
      return [];
    }
    const rules = value.items.flatMap((item) => this.#attribute(type, namespace, kind, item));
    if (rules.length > 0) this.policies.push({ position, end: position, realm: { position, type, namespace, reach: SUBTREE }, rules });
    return rules.flatMap(({ claims }) => claims.flatMap(({ values }) => values.flatMap((verb) => (verb.kind === 'text' ? [verb.text] : []))));
  }

  #attribute(type: string, namespace: readonly string[], kind: BlockKind, { key, position, value }: Item): readonly Rule[] {
    if (key === 'policy' && value.kind === 'text') {
      const verbs = this.#listed(`${type} policy`, kind.levels, value.text, value.position);
      return ruleOf(position, verbs.map((verb) => verbAt(value.position, verb)));
    }
    if (key === 'capabilities' && value.kind === 'list' && kind.capabilities !== undefined) return ruleOf(position, this.#capabilities(type, kind.capabilities, value.of));
    if (key === 'variables' && type === 'namespace') this.#variables(namespace, value);
    else this.#refuse(position, `${key} is not what a block ${type} takes: policy = "…"${kind.capabilities === undefined ? '' : ' and capabilities = ["…"]'}`);
    return [];
  }

  #capabilities(type: string, known: Readonly<Record<string, readonly string[]>>, list: readonly ItemValue[]): readonly Value[] {
    return list.flatMap((one) => {
      if (one.kind !== 'text') {
        this.#refuse(one.position, `a capability of ${type} is a string`);
        return [];
      }
      const implied = Object.hasOwn(known, one.text) ? { [one.text]: [one.text, ...(known[one.text] ?? [])] } : {};
      const verbs = this.#listed(`${type} capability`, { ...Object.fromEntries(Object.keys(known).map((name) => [name, [name]])), ...implied }, one.text, one.position);
      return verbs.map((verb) => verbAt(one.position, verb));
    });
  }

  #listed(what: string, known: Readonly<Record<string, readonly string[]>>, text: string, position: Position): readonly string[] {
    const verbs = Object.hasOwn(known, text) ? known[text] : undefined;
    if (verbs !== undefined) return verbs;
    if (text === 'deny') this.#refuse(position, `deny has no counterpart: permissions only add up, so leave out what is not permitted`);
    else this.#refuse(position, `Invalid ${what} ${JSON.stringify(text)}: it must be one of ${Object.keys(known).join(', ')}`);
    return [];
  }

  #variables(namespace: readonly string[], value: ItemValue): void {
    const paths = value.kind === 'body' ? value.items : [];
    for (const { key, position, value: labels } of paths) {
      if (key !== 'path' || labels.kind !== 'body') this.#refuse(position, 'variables takes path "…" { capabilities = ["…"] }');
      else for (const path of labels.items) this.#path(namespace, path);
    }
  }

  #path(namespace: readonly string[], { key, position, value }: Item): void {
    if (key !== '*') return this.#refuse(position, `path ${JSON.stringify(key)} has no counterpart: a local name holds what is below it too, so only "*" means the same`);
    this.#block('variables', namespace, VARIABLES, position, value);
  }

  #refuse(position: Position, message: string): void {
    this.diagnostics.push({ severity: 'error', ...position, message });
  }
}

const SUBTREE: Reach = { kind: 'subtree' };

function ruleOf(position: Position, values: readonly Value[]): readonly Rule[] {
  return values.length === 0 ? [] : [{ position, end: position, when: null, claims: [{ position, type: 'permit', values }] }];
}

function verbAt(position: Position, text: string): Value {
  return { position, kind: 'text', text };
}
