import { Refusal } from '@mintmark/domain';
import { LRUCache } from 'lru-cache';
import { readRules } from '../hcl/rules.ts';
import { type Condition, type Document, isTemplate, type Realm, type Rule, type Value } from '../tree/document.ts';
import { parseRealm } from '../tree/realms.ts';
import { cut } from '../tree/templates.ts';
import { guardsOf } from './guards.ts';
import { type CompiledCondition, type CompiledDocument, type CompiledRule, claimKey, type Operand, type Place, type Placement } from './rule.ts';

/** Characters of names and texts that are remembered. */
const REMEMBERED = 32 * 1024 * 1024;
const byContent = new LRUCache<string, CompiledDocument>({ maxSize: REMEMBERED, sizeCalculation: (_document, key) => key.length + 1 });

/**
 * Compiles a document, or a text in any form that `readRules` takes. The same name and text give the same object while it is remembered. Throws
 * Refusal `invalid_argument`, with line and column, for a text that cannot be read.
 */
export function compile(name: string, source: Document | string): CompiledDocument {
  if (typeof source !== 'string') return compileDocument(name, source);
  const key = `${name}\u0000${source}`;
  const known = byContent.get(key);
  if (known !== undefined) return known;
  const read = readRules(source);
  if (!read.ok) {
    const [first] = read.diagnostics;
    throw new Refusal('invalid_argument', `policy ${JSON.stringify(name)}, line ${first?.line}, column ${first?.column}: ${first?.message}`);
  }
  const compiled = compileDocument(name, read.document);
  byContent.set(key, compiled);
  return compiled;
}

function compileDocument(name: string, { policies }: Document): CompiledDocument {
  const drafts = new Map<string, Draft>();
  for (const { realm, rules } of policies) {
    const place = placeOf(realm);
    const key = placeKey(realm);
    const draft = drafts.get(key) ?? { document: name, type: realm.type, namespace: realm.namespace, reach: realm.reach, open: [], guarded: new Map() };
    drafts.set(key, draft);
    for (const rule of rules) add(draft, compileRule(name, place, rule));
  }
  return { name, placements: [...drafts.values()].filter(({ open, guarded }) => open.length > 0 || guarded.size > 0) };
}

/** Realms that differ in the names of their templates alone have the same place. */
function placeKey({ type, namespace, reach }: Realm): string {
  const path = [...namespace, reach.kind, ...(reach.kind === 'local' ? reach.path : [])];
  return [type, ...path.map((segment) => (isTemplate(segment) ? '[]' : segment))].join('/');
}

interface Draft extends Placement {
  readonly open: CompiledRule[];
  readonly guarded: Map<string, Map<string, CompiledRule[]>>;
}

function add({ open, guarded }: Draft, rule: CompiledRule): void {
  if (rule.claims.length === 0) return;
  const guards = rule.when === null ? null : guardsOf(rule.when);
  if (guards === null) open.push(rule);
  for (const { issuer, type, value } of guards ?? []) {
    const byValue = at(guarded, claimKey(issuer, type), () => new Map<string, CompiledRule[]>());
    at(byValue, value, () => []).push(rule);
  }
}

function at<V>(map: Map<string, V>, key: string, fresh: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = fresh();
  map.set(key, made);
  return made;
}

function compileRule(document: string, place: Place, { when, claims }: Rule): CompiledRule {
  const condition = when === null ? null : conditionOf(when);
  const reads = new Set<string>();
  if (condition !== null) collectReads(condition, reads);
  const asserted = claims
    .filter(({ type }) => place.realm.type !== '*' || type === 'log')
    .flatMap(({ type, values }) => values.map((value) => ({ ...value.position, type, value: operandOf(value) })));
  return { document, place, when: condition, reads: [...reads], claims: asserted };
}

function conditionOf(condition: Condition): CompiledCondition {
  if (condition.kind !== 'compare') return { kind: condition.kind, of: condition.of.map(conditionOf) };
  const { issuer, type, comparator, value } = condition;
  return { kind: 'compare', issuer, type, comparator, operand: operandOf(value, comparator === 'fqnMatch') };
}

function operandOf(value: Value, isRealm = false): Operand {
  if (value.kind === 'reference') return { kind: 'reference', issuer: value.issuer, type: value.type };
  const parts = cut(value.text);
  if (parts.length > 1) return { kind: 'template', parts };
  return { kind: 'constant', text: value.text, realm: isRealm ? parseRealm(value.text) : undefined };
}

function collectReads(condition: CompiledCondition, into: Set<string>): void {
  if (condition.kind !== 'compare') for (const one of condition.of) collectReads(one, into);
  else if (condition.issuer === null) into.add(condition.type);
}

function placeOf({ type, namespace, reach }: Realm): Place {
  const path = reach.kind === 'local' ? reach.path : [];
  const templates = [
    ...namespace.map((segment, at) => ({ name: segment.slice(1, -1), at, local: false, segment })),
    ...path.map((segment, at) => ({ name: segment.slice(1, -1), at, local: true, segment })),
  ].filter(({ segment }) => isTemplate(segment));
  const narrow = { subtree: 0, namespace: 1, locals: 2, local: 3 }[reach.kind] + path.length;
  // A longer namespace counts before a narrower reach, and that before a name in the place of a template; 64 segments are the most of each.
  const specificity = namespace.length * 1_000_000 + narrow * 1_000 + (namespace.length + path.length - templates.length);
  return { realm: { type, namespace, reach }, specificity, templates };
}
