import { Refusal } from '@mintmark/domain';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A JSON object: a parsed value, or the bytes of one; absent and empty bodies are the empty object. Throws `Refusal` `invalid_argument`. */
export function objectOf(body: unknown, name = 'the body'): JsonObject {
  const value = body instanceof Uint8Array ? parsed(body) : (body ?? {});
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal('invalid_argument', `${name} must be a JSON object`);
  return value as JsonObject;
}

/** A text member. Without `otherwise` it is required. */
export function textOf(object: JsonObject, name: string, otherwise?: string): string {
  const value = object[name.slice(name.lastIndexOf('.') + 1)];
  if (typeof value === 'string') return value;
  if (value === undefined && otherwise !== undefined) return otherwise;
  throw new Refusal('invalid_argument', `${name} must be a string`);
}

function parsed(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal('invalid_argument', 'the body must be JSON in UTF-8');
  }
}

/** A member that is true or false; false where it is absent. */
export function flagOf(object: JsonObject, name: string): boolean {
  const { [name]: value = false } = object;
  if (typeof value === 'boolean') return value;
  throw new Refusal('invalid_argument', `${name} must be true or false`);
}

/** A member that is a list of objects; empty where it is absent. */
export function objectsOf(object: JsonObject, name: string): readonly JsonObject[] {
  const { [name]: value = [] } = object;
  if (!Array.isArray(value)) throw new Refusal('invalid_argument', `${name} must be a list of objects`);
  return value.map((item: unknown, at) => objectOf(item, `${name}[${at}]`));
}
