import type { ResourceName } from '../tree/name.ts';
import { isTemplate, type Realm } from '../tree/document.ts';
import { parseRealm } from '../tree/realms.ts';
import type { Place, RealmPattern } from './rule.ts';
import type { Target } from './tree.ts';

/** A resource as what is asked about. A namespace itself is what the realm `::` holds beside the names in it. */
export function targetOf({ type, namespace, local }: ResourceName): Target {
  return { type, namespace, reach: local === null ? { kind: 'namespace' } : { kind: 'local', path: local } };
}

/**
 * All that a realm holds, as what is asked about. A template may stand for any name, so the target ends before the first one: whoever may do something
 * there may do it whatever the template stands for.
 */
export function targetOfRealm({ type, namespace, reach }: Realm): Target {
  const open = namespace.findIndex(isTemplate);
  if (open !== -1) return { type, namespace: namespace.slice(0, open), reach: { kind: 'subtree' } };
  const openLocal = reach.kind === 'local' ? reach.path.findIndex(isTemplate) : -1;
  if (reach.kind !== 'local' || openLocal === -1) return { type, namespace, reach };
  return { type, namespace, reach: openLocal === 0 ? { kind: 'locals' } : { kind: 'local', path: reach.path.slice(0, openLocal) } };
}

/** Whether a realm without templates holds a resource. */
export function holds(realm: RealmPattern, { type, namespace, local }: ResourceName): boolean {
  if (realm.type !== type || !startsWith(namespace, realm.namespace)) return false;
  if (realm.reach.kind === 'subtree') return true;
  if (namespace.length !== realm.namespace.length) return false;
  if (realm.reach.kind === 'namespace') return true;
  return local !== null && (realm.reach.kind === 'locals' || startsWith(local, realm.reach.path));
}

/** As `holds`, for the text of a realm. A text that names no realm holds nothing. */
export function textHolds(realm: string, name: ResourceName): boolean {
  const parsed = parseRealm(realm);
  return parsed !== undefined && holds(parsed, name);
}

function startsWith(whole: readonly string[], start: readonly string[]): boolean {
  return start.length <= whole.length && start.every((segment, at) => segment === whole[at]);
}

const NOTHING_BOUND: ReadonlyMap<string, string> = new Map();

/** What the templates of a place stand for in a target that it holds; `undefined` where one would have to stand for two names. */
export function bound({ templates }: Place, { namespace, reach }: Target): ReadonlyMap<string, string> | undefined {
  if (templates.length === 0) return NOTHING_BOUND;
  const names = new Map<string, string>();
  for (const { name, at, local } of templates) {
    const segment = local && reach.kind === 'local' ? reach.path[at] : namespace[at];
    const before = names.get(name);
    if (segment === undefined || (before !== undefined && before !== segment)) return undefined;
    names.set(name, segment);
  }
  return names;
}
