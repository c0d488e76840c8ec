/** Names whose value is never written, whatever it is. */
const SECRET = /secret|passw|passphrase|authorization|credential|cookie|bearer|jwt|private.?key|api.?key|seal/i;
/** Names such as `token`, `x-nomad-token` or `accessTokens`; a number under them is a count and harmless. */
const TOKEN = /tokens?$/i;
const SCHEME = /\b(bearer|basic)\s+[^\s,;"']+/gi;
/** What a terminal or a line-based reader could take for more than text, besides what JSON escapes. */
const CONTROL = /[\u007f-\u009f\u2028\u2029]/g;

const REDACTED = '[redacted]';
const MAX_TEXT = 2_048;
const MAX_ITEMS = 100;
const MAX_DEPTH = 6;

/**
 * A copy that is safe to write as one line: secrets by name and `Bearer …` values replaced, texts, lists and depth bounded, control
 * characters escaped, bytes reduced to their count, errors to type, code, message, stack and cause. Never throws.
 */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[too deep]';
  try {
    return composite(value, depth);
  } catch {
    return '[unreadable]';
  }
}

/** One text, bounded and without what could forge a line or drive a terminal. */
export function text(value: string): string {
  const bounded = value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}… (${value.length} characters)` : value;
  return bounded.replace(SCHEME, `$1 ${REDACTED}`).replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function composite(value: object, depth: number): unknown {
  if (value instanceof Error) return failure(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof URL) return text(`${value.origin}${value.pathname}`);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `<${value.byteLength} bytes>`;
  if (Array.isArray(value)) return list(value, depth);
  if (value instanceof Set) return list([...value], depth);
  if (value instanceof Map)
    return members(
      [...value].map(([key, member]) => [String(key), member]),
      depth,
    );
  return members(Object.entries(value), depth);
}

function list(items: readonly unknown[], depth: number): unknown[] {
  const shown = items.slice(0, MAX_ITEMS).map((item) => redacted(item, depth + 1));
  return items.length > MAX_ITEMS ? [...shown, `… ${items.length - MAX_ITEMS} more`] : shown;
}

function members(entries: readonly (readonly [string, unknown])[], depth: number): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, member] of entries.slice(0, MAX_ITEMS)) {
    const key = text(name);
    // A member called "__proto__" would set the prototype instead of a member.
    Object.defineProperty(shown, key, {
      value: isSecret(name, member) ? REDACTED : redacted(member, depth + 1),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  if (entries.length > MAX_ITEMS) shown['…'] = `${entries.length - MAX_ITEMS} more`;
  return shown;
}

function isSecret(name: string, value: unknown): boolean {
  if (value === undefined || value === null || typeof value === 'boolean') return false;
  return SECRET.test(name) || (TOKEN.test(name) && typeof value !== 'number' && typeof value !== 'bigint');
}

function failure(error: Error, depth: number): Record<string, unknown> {
  const { code, cause } = error as Error & { code?: unknown };
  return {
    type: text(error.name),
    message: text(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: redacted(code) } : {}),
    ...(typeof error.stack === 'string' ? { stack: text(error.stack) } : {}),
    ...(cause === undefined ? {} : { cause: redacted(cause, depth + 1) }),
  };
}
