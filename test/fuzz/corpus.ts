import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * `corpus/<target>.json`: inputs that reached behaviour which those before them did not, one a line: a text, or base64 where the bytes are no text.
 */

export const CORPUS = join(import.meta.dirname, 'corpus');
/** Of one target. */
const MOST_ENTRIES = 40;
const MOST_BYTES = 3_500;
export const LONGEST_ENTRY = 700;

type Written = string | { readonly base64: string };

export function fileOf(target: string): string {
  return `${target.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')}.json`;
}

/** The kept inputs of a target; none where it has no file. Throws where the file is no such list. */
export async function readCorpus(target: string): Promise<readonly Buffer[]> {
  let read: string;
  try {
    read = await readFile(join(CORPUS, fileOf(target)), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return inputsOf(read);
}

/** Writes the first of these inputs, as many as there is room for: 40, and 3,500 bytes in the file. */
export async function writeCorpus(target: string, inputs: readonly Buffer[]): Promise<void> {
  const text = fileWith(inputs);
  if (inputsOf(text).length === 0) return;
  await mkdir(CORPUS, { recursive: true });
  await writeFile(join(CORPUS, fileOf(target)), text);
}

export function inputsOf(text: string): readonly Buffer[] {
  return (JSON.parse(text) as Written[]).map((entry) => (typeof entry === 'string' ? Buffer.from(entry) : Buffer.from(entry.base64, 'base64')));
}

export function fileWith(inputs: readonly Buffer[]): string {
  const lines: string[] = [];
  let bytes = '[]\n'.length;
  for (const line of inputs.map(written)) {
    const more = Buffer.byteLength(line) + '\n  ,'.length;
    if (lines.length === MOST_ENTRIES || bytes + more > MOST_BYTES) continue;
    lines.push(line);
    bytes += more;
  }
  return `[${lines.map((line) => `\n  ${line}`).join(',')}\n]\n`;
}

function written(input: Buffer): string {
  const text = input.toString();
  const entry: Written = Buffer.from(text).equals(input) ? text : { base64: input.toString('base64') };
  return JSON.stringify(entry);
}
