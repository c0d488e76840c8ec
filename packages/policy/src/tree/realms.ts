import { parseName } from './name.ts';
import { type Document, isTemplate, type Reach, type Realm } from './document.ts';
import { realmText } from './print.ts';

/** The realms that a document speaks of, each once: whoever edits it needs the right to on every one (see `decideEdit`). */
export function realmsOf({ policies }: Document): readonly Realm[] {
  return [...new Map(policies.map(({ realm }) => [realmText(realm), realm])).values()];
}

/** Reads a realm without templates, as the operand of `fqnMatch` names it; `undefined` where it is none. */
export function parseRealm(text: string): Pick<Realm, 'type' | 'namespace' | 'reach'> | undefined {
  const [bare, kind] = text.endsWith('::*') ? [text.slice(0, -3), 'locals' as const] : text.endsWith('::') ? [text.slice(0, -2), 'namespace' as const] : [text, undefined];
  const name = parseName(bare);
  if (name === undefined || (kind !== undefined && name.local !== null)) return undefined;
  const reach: Reach = kind !== undefined ? { kind } : name.local === null ? { kind: 'subtree' } : { kind: 'local', path: name.local };
  return { type: name.type, namespace: name.namespace, reach };
}

/** The templates of a realm, without brackets, in order. */
export function templatesOf({ namespace, reach }: Realm): readonly string[] {
  return [...namespace, ...(reach.kind === 'local' ? reach.path : [])].filter(isTemplate).map((template) => template.slice(1, -1));
}
