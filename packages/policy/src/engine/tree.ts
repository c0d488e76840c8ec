import { Map as Persistent } from 'immutable';
import { isTemplate, type Reach } from '../tree/document.ts';
import type { CompiledRule, Placement } from './rule.ts';

/*
 * The rules of a set by realm: a tree of the namespaces of one resource type, with the local names of each namespace as a tree of their own.
 *
 * 1. Nothing here is ever changed; an update copies the nodes from the root to the place it touches and shares the rest. Children are kept in persistent
 *    maps, so a namespace with many children does not make an update dear.
 * 2. A node without rules below it does not exist, and neither does an empty bucket: a tree says nothing of what was removed from it.
 * 3. A rule with guards is found only through them: it is in `guarded` once for each.
 */

/** Rules by the document that they are of. */
type ByDocument = Persistent<string, readonly CompiledRule[]>;

/** The rules of one realm. */
export interface Bucket {
  readonly open: ByDocument;
  /** Issuer and type of a claim, then its value. */
  readonly guarded: Persistent<string, Persistent<string, ByDocument>>;
}

export interface Node {
  readonly children: Persistent<string, Node>;
  /** What is below a template in this place. */
  readonly template: Node | undefined;
  /** The local names in this namespace. */
  readonly locals: Node | undefined;
  /** Rules that hold here and in all that is below. */
  readonly subtree: Bucket | undefined;
  /** Of `::`. */
  readonly namespace: Bucket | undefined;
  /** Of `::*`. */
  readonly anyLocal: Bucket | undefined;
}

const NO_RULES: ByDocument = Persistent();
const EMPTY_BUCKET: Bucket = { open: NO_RULES, guarded: Persistent() };
const EMPTY_NODE: Node = { children: Persistent(), template: undefined, locals: undefined, subtree: undefined, namespace: undefined, anyLocal: undefined };

/** The tree with the rules of this placement, or without them; `undefined` where nothing is left. */
export function changed(node: Node | undefined, placed: Placement, how: 'add' | 'remove'): Node | undefined {
  return along(node ?? EMPTY_NODE, placed.namespace, 0, (at) => atReach(at, placed, how));
}

function atReach(node: Node, placed: Placement, how: 'add' | 'remove'): Node {
  switch (placed.reach.kind) {
    case 'subtree':
      return { ...node, subtree: changedBucket(node.subtree, placed, how) };
    case 'namespace':
      return { ...node, namespace: changedBucket(node.namespace, placed, how) };
    case 'locals':
      return { ...node, anyLocal: changedBucket(node.anyLocal, placed, how) };
    case 'local': {
      const change = (at: Node): Node => ({ ...at, subtree: changedBucket(at.subtree, placed, how) });
      return { ...node, locals: along(node.locals ?? EMPTY_NODE, placed.reach.path, 0, change) };
    }
  }
}

function along(node: Node, path: readonly string[], at: number, change: (node: Node) => Node): Node | undefined {
  const segment = path[at];
  if (segment === undefined) return kept(change(node));
  if (isTemplate(segment)) return kept({ ...node, template: along(node.template ?? EMPTY_NODE, path, at + 1, change) });
  const child = along(node.children.get(segment) ?? EMPTY_NODE, path, at + 1, change);
  return kept({ ...node, children: child === undefined ? node.children.delete(segment) : node.children.set(segment, child) });
}

function kept(node: Node): Node | undefined {
  const { children, template, locals, subtree, namespace, anyLocal } = node;
  return children.size > 0 || (template ?? locals ?? subtree ?? namespace ?? anyLocal) !== undefined ? node : undefined;
}

/** A document has one placement in a bucket at most, so what is there under its name is this placement's alone. */
function changedBucket(bucket: Bucket | undefined, placed: Placement, how: 'add' | 'remove'): Bucket | undefined {
  const before = bucket ?? EMPTY_BUCKET;
  const open = changedRules(before.open, placed.document, placed.open, how);
  const guarded = before.guarded.withMutations((next) => {
    for (const [key, byValue] of placed.guarded) {
      const values = next.get(key, Persistent<string, ByDocument>()).withMutations((into) => {
        for (const [value, rules] of byValue) {
          const left = changedRules(into.get(value, NO_RULES), placed.document, rules, how);
          if (left.size === 0) into.delete(value);
          else into.set(value, left);
        }
      });
      if (values.size === 0) next.delete(key);
      else next.set(key, values);
    }
  });
  return open.size === 0 && guarded.size === 0 ? undefined : { open, guarded };
}

function changedRules(before: ByDocument, document: string, rules: readonly CompiledRule[], how: 'add' | 'remove'): ByDocument {
  return how === 'add' && rules.length > 0 ? before.set(document, rules) : before.delete(document);
}

/** What is asked about: one resource, or all that a realm holds. */
export interface Target {
  readonly type: string;
  readonly namespace: readonly string[];
  readonly reach: Reach;
}

/** The buckets whose realms hold the whole target. */
export function bucketsFor(root: Node | undefined, target: Target, into: Bucket[]): void {
  if (root !== undefined) walk(root, target, 0, into);
}

function walk(node: Node, target: Target, at: number, into: Bucket[]): void {
  if (node.subtree !== undefined) into.push(node.subtree);
  const segment = target.namespace[at];
  if (segment === undefined) return here(node, target.reach, into);
  const child = node.children.get(segment);
  if (child !== undefined) walk(child, target, at + 1, into);
  if (node.template !== undefined) walk(node.template, target, at + 1, into);
}

function here(node: Node, reach: Reach, into: Bucket[]): void {
  if (reach.kind === 'subtree') return;
  if (node.namespace !== undefined) into.push(node.namespace);
  if (reach.kind === 'namespace') return;
  if (node.anyLocal !== undefined) into.push(node.anyLocal);
  if (reach.kind === 'local' && node.locals !== undefined) walk(node.locals, { type: '', namespace: reach.path, reach: { kind: 'subtree' } }, 0, into);
}
