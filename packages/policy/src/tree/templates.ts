/** A text cut at its templates: what is at an odd index is the name of one. */
export type Cut = readonly string[];

const TEMPLATE = /\[([A-Za-z_][A-Za-z0-9_-]*)\]/;

/** `"/sandbox/[name]"` → `['/sandbox/', 'name', '']`. One part where there is no template. */
export function cut(text: string): Cut {
  return text.split(TEMPLATE);
}

/** Puts the bound names in; `undefined` where one is not bound. */
export function fill(parts: Cut, bound: ReadonlyMap<string, string>): string | undefined {
  let text = '';
  for (const [at, part] of parts.entries()) {
    const filled = at % 2 === 0 ? part : bound.get(part);
    if (filled === undefined) return undefined;
    text += filled;
  }
  return text;
}
