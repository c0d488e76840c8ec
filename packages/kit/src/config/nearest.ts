/** Farther than this a name is another one, not a slip. */
const MAX_DISTANCE = 3;
const MAX_LENGTH = 100;

/** The known name that a slip of the pen would turn into this one; `undefined` where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const away = distance(name, candidate);
    if (away <= MAX_DISTANCE && away < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { name: candidate, distance: away };
  }
  return best?.name;
}

/** Levenshtein distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, position) => position);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const substitution = (row[j] ?? 0) + (letter === b[j] ? 0 : 1);
      next.push(Math.min(substitution, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
