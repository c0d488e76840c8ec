import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './programs.ts';

/** A table whose rows are told apart by their first cell. */
export interface Table {
  /** Of the markers in the document. */
  readonly name: string;
  readonly head: readonly string[];
}

const DOCUMENT = join(ROOT, 'docs', 'RELIABILITY.md');

export function rendered({ head }: Table, rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Puts the rows between the table's markers in docs/RELIABILITY.md; rows of others that stand there already stay, in the given order. */
export async function writeRows(table: Table, rows: readonly (readonly string[])[], order: readonly string[]): Promise<void> {
  const text = await readFile(DOCUMENT, 'utf8');
  await writeFile(DOCUMENT, withRows(text, table, rows, order));
}

export function withRows(text: string, table: Table, rows: readonly (readonly string[])[], order: readonly string[]): string {
  const [begin, end] = [`<!-- ${table.name}: begin -->\n`, `<!-- ${table.name}: end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < 0) throw new Error(`docs/RELIABILITY.md has no place for the table ${table.name}`);
  const old = text.slice(from + begin.length, to).trimEnd().split('\n').slice(2).map((line) => line.replace(/^\| | \|$/g, '').split(' | '));
  const all = new Map([...old, ...rows].map((cells) => [cells[0] ?? '', cells]));
  const kept = order.flatMap((name) => (all.has(name) ? [all.get(name) as readonly string[]] : []));
  return `${text.slice(0, from + begin.length)}${rendered(table, kept)}\n${text.slice(to)}`;
}
