/** Left-aligned columns, two spaces apart; an empty cell is `<none>`. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map((cell) => (cell === '' ? NONE : oneLine(cell))));
  const widths = head.map((title, column) => Math.max(title.length, ...shown.map((row) => row[column]?.length ?? 0)));
  return [head, ...shown].map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}

/** `Key = Value` lines with the equals signs below each other; an empty value is `<none>`. */
export function block(pairs: readonly (readonly [key: string, value: string])[]): string {
  const width = Math.max(...pairs.map(([key]) => key.length));
  return pairs.map(([key, value]) => `${key.padEnd(width)} = ${value === '' ? NONE : oneLine(value)}`).join('\n');
}

export const NONE = '<none>';

/** Control characters as escapes: what a name holds never breaks the layout, nor moves a terminal's cursor. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(`${character}`).slice(1, -1).replace(/^[\u007f-\u009f]$/, (c) => `\\u00${c.charCodeAt(0).toString(16)}`));
}
