import { isKind, type Kind, type Scope } from './record.ts';

/** Names one record of a region's log. */
export interface RecordKey {
  readonly scope: Scope;
  readonly kind: Kind;
  readonly id: string;
}

const SAFE_ID = /^[A-Za-z0-9_-]{1,255}$/;
const SCOPE_LETTER = { global: 'g', local: 'l' } as const satisfies Record<Scope, string>;

/**
 * The key's text in logs and subjects: `g.<kind>.<id>` or `l.<kind>.<id>`. An id outside `[A-Za-z0-9_-]{1,255}`
 * travels as `=` and its base64url form, so two ids never share a key and none can add a level.
 */
export function keyText(key: RecordKey): string {
  const id = SAFE_ID.test(key.id) ? key.id : `=${Buffer.from(key.id, 'utf8').toString('base64url')}`;
  return `${SCOPE_LETTER[key.scope]}.${key.kind}.${id}`;
}

/** Reads a key's text back; `undefined` for anything that `keyText` cannot have written. */
export function parseKey(text: string): RecordKey | undefined {
  const match = /^([gl])\.([a-z_]+)\.(=?)([A-Za-z0-9_-]+)$/.exec(text);
  if (match === null) return undefined;
  const [, letter, kind = '', encoded, id = ''] = match;
  if (!isKind(kind)) return undefined;
  const key = {
    scope: letter === 'g' ? ('global' as const) : ('local' as const),
    kind,
    id: encoded === '=' ? Buffer.from(id, 'base64url').toString('utf8') : id,
  };
  return keyText(key) === text ? key : undefined;
}

export function keyOf(record: RecordKey): RecordKey {
  return { scope: record.scope, kind: record.kind, id: record.id };
}
