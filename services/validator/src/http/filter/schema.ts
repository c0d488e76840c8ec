import { FilterError } from './error.ts';

/** The type of something that a selector can name. Values are those of the JSON form; `time` may be `null`, lists may be `null`. */
export type Field =
  | { readonly type: 'string' | 'bool' | 'integer' | 'time' | 'duration' }
  | { readonly type: 'list'; readonly of: Field }
  | { readonly type: 'object'; readonly members: Readonly<Record<string, Field>> };

/** Finds the selected part of an object; `undefined` where a list is too short. */
export type Getter = (row: unknown) => unknown;

export interface Selected {
  readonly field: Field;
  readonly get: Getter;
}

/** What a selector names in objects of a schema. Throws `FilterError` in the words of Nomad's library. */
export function select(schema: Field, path: readonly string[]): Selected {
  let field = schema;
  let get: Getter = (row) => row;
  for (const [i, part] of path.entries()) {
    const step = memberOf(field, part);
    if (typeof step === 'string') throw new FilterError('evaluation', `error finding value in datum: /${path.join('/')} at part ${i}: ${step}`);
    const outer = get;
    const key = step.key;
    get = (row) => (outer(row) as Record<string | number, unknown> | null | undefined)?.[key];
    field = step.field;
  }
  return { field, get };
}

function memberOf(field: Field, part: string): { readonly field: Field; readonly key: string | number } | string {
  if (field.type === 'object') {
    const member = Object.hasOwn(field.members, part) ? field.members[part] : undefined;
    return member === undefined ? `couldn't find key: struct field with name ${JSON.stringify(part)}` : { field: member, key: part };
  }
  if (field.type === 'list') {
    return /^\d{1,9}$/.test(part) ? { field: field.of, key: Number(part) } : `couldn't convert key to index: ${JSON.stringify(part)} is not a number`;
  }
  return `invalid value kind: ${field.type}`;
}
