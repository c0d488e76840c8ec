import { CONTEXT_TYPES } from '../check/claim-types.ts';
import type { Comparison, Condition, Document, Realm, Value } from '../tree/document.ts';
import type { AccessRequest } from './decide.ts';

/** Evaluation as the specification words it (seed-systems 1.4), without index, guards or rounds: every rule of every policy until nothing is new. */
export function naiveClaims(documents: readonly Document[], { resource, claims, context = {} }: AccessRequest): ReadonlySet<string> {
  const known = new Set(Object.entries(context).flatMap(([type, value]) => (CONTEXT_TYPES.has(type) ? [`${type} ${value}`] : [])));
  const subject = (issuer: string, type: string): readonly string[] => claims.filter((claim) => claim.issuer === issuer && claim.type === type).map(({ value }) => value);
  const engine = (type: string): readonly string[] => [...known].filter((claim) => claim.startsWith(`${type} `)).map((claim) => claim.slice(type.length + 1));
  for (let size = -1; size !== known.size; ) {
    size = known.size;
    for (const { realm, rules } of documents.flatMap(({ policies }) => policies)) {
      const names = bindings(realm, resource);
      if (names === undefined) continue;
      const texts = (value: Value): readonly string[] => (value.kind === 'reference' ? subject(value.issuer, value.type) : filled(value.text, names));
      const compares = ({ issuer, type, comparator, value }: Comparison): boolean =>
        (issuer === null ? engine(type) : subject(issuer, type)).some((one) => texts(value).some((text) => matches(one, comparator, text)));
      const holds = (condition: Condition): boolean =>
        condition.kind === 'compare' ? compares(condition) : condition.kind === 'all' ? condition.of.every(holds) : condition.of.some(holds);
      for (const { when, claims: asserted } of rules) {
        if (when !== null && !holds(when)) continue;
        for (const { type, values } of asserted) if (realm.type !== '*' || type === 'log') for (const text of values.flatMap(texts)) known.add(`${type} ${text}`);
      }
    }
  }
  return known;
}

function matches(value: string, comparator: Comparison['comparator'], text: string): boolean {
  if (comparator === 'fqnMatch') {
    const form = /^[a-z]+::\/(?:[^/:]+(?:\/[^/:]+)*)?(?:::(?:\*|[^/:]+(?:\/[^/:]+)*)?)?$/;
    return form.test(text) && form.test(value) && bindings(realmOf(text), value) !== undefined;
  }
  return comparator === '==' ? value === text : comparator === 'beginsWith' ? value.startsWith(text) : value.endsWith(text);
}

function realmOf(text: string): Pick<Realm, 'type' | 'namespace' | 'reach'> {
  const [type = '', namespace = '', local] = text.split('::');
  const parts = (path: string): string[] => path.split('/').filter((part) => part !== '');
  const reach: Realm['reach'] = local === undefined ? { kind: 'subtree' } : local === '' ? { kind: 'namespace' } : local === '*' ? { kind: 'locals' } : { kind: 'local', path: parts(local) };
  return { type, namespace: parts(namespace), reach };
}

function bindings({ type, namespace, reach }: Pick<Realm, 'type' | 'namespace' | 'reach'>, resource: string): ReadonlyMap<string, string> | undefined {
  const [resourceType, space = '', local] = resource.split('::');
  const have = space.split('/').filter((part) => part !== '');
  const names = new Map<string, string>();
  const prefix = (pattern: readonly string[], path: readonly string[]): boolean =>
    pattern.every((segment, at) => {
      const token = path[at];
      if (token === undefined || !segment.startsWith('[')) return segment === token;
      const before = names.get(segment);
      names.set(segment, token);
      return before === undefined || before === token;
    });
  if ((type !== '*' && type !== resourceType) || !prefix(namespace, have)) return undefined;
  if (reach.kind !== 'subtree' && namespace.length !== have.length) return undefined;
  if (reach.kind === 'locals' && local === undefined) return undefined;
  if (reach.kind === 'local' && (local === undefined || !prefix(reach.path, local.split('/')))) return undefined;
  return names;
}

function filled(text: string, names: ReadonlyMap<string, string>): readonly string[] {
  let all = true;
  const out = text.replace(/\[[A-Za-z_][\w-]*\]/g, (template) => {
    const name = names.get(template);
    all &&= name !== undefined;
    return name ?? '';
  });
  return all ? [out] : [];
}
