export type JsonObject = Readonly<Record<string, unknown>>;

export type ParsedObject = { readonly ok: true; readonly value: JsonObject } | { readonly ok: false; readonly reason: 'malformed' | 'duplicate_member' };

/** Deeper nesting is malformed: no token needs it. */
const MAX_DEPTH = 16;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON object from UTF-8. Two members of one name in any object of it are refused, however their names are escaped: readers disagree about
 * which of the two counts (RFC 8725 section 2.4, RFC 7515 section 4). The answer is frozen in depth, so that it can be shared.
 */
export function parseObject(bytes: Uint8Array): ParsedObject {
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return { ok: false, reason: 'malformed' };
    const shape = shapeOf(text);
    return shape === 'unique' ? { ok: true, value: frozen(value) } : { ok: false, reason: shape };
  } catch {
    return { ok: false, reason: 'malformed' };
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Strings and what gives JSON its structure; all else between them is of no interest in text that `JSON.parse` has read. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;

function shapeOf(text: string): 'unique' | 'duplicate_member' | 'malformed' {
  /** Names seen in each object that is open; `null` for an array. */
  const open: (Set<string> | null)[] = [];
  let nameComes = false;
  for (const [token] of text.matchAll(TOKENS)) {
    const names = open.at(-1);
    if (nameComes && names != null && token.startsWith('"')) {
      const name: string = token.includes('\\') ? JSON.parse(token) : token.slice(1, -1);
      if (names.has(name)) return 'duplicate_member';
      names.add(name);
    }
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    if (open.length > MAX_DEPTH) return 'malformed';
    nameComes = token === '{' || token === ',';
  }
  return 'unique';
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
