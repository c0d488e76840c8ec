import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { decodeRecord, encodeRecord } from '@mintmark/contract';
import { type Entry, type MintRecord, type Revision, revision } from '@mintmark/domain';
import { CannotOpen, type Sealer } from '@mintmark/keys';

/*
 * A backup as a file of lines.
 *
 * B1  The first line says what it is, in JSON. Each other line is sealed under the cluster's sealing key, for this first line and its own place: a line
 *     that was altered, moved, left out or taken from another backup cannot be opened, and neither can a backup of another cluster.
 * B2  The last line says that it is the last, and how many records there are: a file that was cut off is told from a whole one.
 * B3  It appears under its name only when it is whole and on the disk.
 */

export interface BackupHeader {
  readonly region: string;
  readonly incarnation: string;
  /** Everything that was acknowledged up to this revision is in the backup; some of what came later too. */
  readonly revision: Revision;
  /** RFC 3339. */
  readonly takenAt: string;
}

/** A file that is no whole backup of this cluster. The message says why. */
export class BackupFault extends Error {
  constructor(problem: string, cause?: unknown) {
    super(problem, cause === undefined ? undefined : { cause });
    this.name = 'BackupFault';
  }
}

const FORMAT = { mintmark: 'backup', version: 1 } as const;
const PER_LINE = 256;

/** Writes a backup; returns how many records it holds. */
export async function writeBackup(path: string, header: BackupHeader, entries: AsyncIterable<Entry>, sealer: Sealer): Promise<number> {
  const first = JSON.stringify({ ...FORMAT, ...header });
  let records = 0;
  async function* lines(): AsyncGenerator<string> {
    yield `${first}\n`;
    let at = 1;
    for await (const group of grouped(entries)) {
      records += group.length;
      const text = group.map((entry) => `${entry.revision} ${Buffer.from(encodeRecord(entry.record as MintRecord)).toString('base64')}`).join('\n');
      yield `${sealedLine(sealer, text, first, at++)}\n`;
    }
    yield `${sealedLine(sealer, `end ${records}`, first, at)}\n`;
  }
  const beside = `${path}.partial`;
  try {
    await pipeline(Readable.from(lines()), createWriteStream(beside, { mode: 0o600, flags: 'w', flush: true }));
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  return records;
}

export async function headerOf(path: string): Promise<BackupHeader> {
  for await (const line of linesOf(path)) return headerIn(line);
  throw new BackupFault(`${path} is empty`);
}

/** Every entry in the file's order. Throws `BackupFault` as soon as something is wrong, at the latest after the last entry. */
export async function* readBackup(path: string, sealer: Sealer): AsyncGenerator<Entry> {
  let first: string | undefined;
  let at = 1;
  let records = 0;
  let end: string | undefined;
  for await (const line of linesOf(path)) {
    if (first === undefined) {
      headerIn(line);
      first = line;
      continue;
    }
    if (end !== undefined) throw new BackupFault('there is more after the end');
    const text = openedLine(sealer, line, first, at++);
    if (text.startsWith('end ')) end = text;
    else for (const entry of text.split('\n').map(entryIn)) {
      records += 1;
      yield entry;
    }
  }
  if (end !== `end ${records}`) throw new BackupFault('the backup was cut off: its end is missing');
}

async function* grouped(entries: AsyncIterable<Entry>): AsyncGenerator<readonly Entry[]> {
  let group: Entry[] = [];
  for await (const entry of entries) {
    group.push(entry);
    if (group.length < PER_LINE) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
}

function sealedLine(sealer: Sealer, text: string, first: string, at: number): string {
  return Buffer.from(sealer.seal(text, contextOf(first, at))).toString('base64');
}

function openedLine(sealer: Sealer, line: string, first: string, at: number): string {
  try {
    return sealer.open(Buffer.from(line, 'base64'), contextOf(first, at));
  } catch (cause) {
    if (!(cause instanceof CannotOpen)) throw cause;
    throw new BackupFault(`line ${at + 1} cannot be opened: it was altered or moved, or belongs to a cluster with other sealing keys`, cause);
  }
}

function contextOf(first: string, at: number): string {
  return `backup line ${at} of ${first}`;
}

function headerIn(line: string): BackupHeader {
  const fault = (cause?: unknown): BackupFault => new BackupFault('this is no backup of mintmark, or one of another version', cause);
  let said: Partial<BackupHeader & { mintmark: unknown; version: unknown }>;
  try {
    said = JSON.parse(line) as typeof said;
  } catch (cause) {
    throw fault(cause);
  }
  const { mintmark, version, region, incarnation, revision: at, takenAt } = said;
  if (mintmark !== FORMAT.mintmark || version !== FORMAT.version) throw fault();
  if (typeof region !== 'string' || typeof incarnation !== 'string' || typeof takenAt !== 'string' || !Number.isSafeInteger(at)) throw fault();
  return { region, incarnation, revision: revision(at as number), takenAt };
}

function entryIn(line: string): Entry {
  const space = line.indexOf(' ');
  const at = revision(Number(line.slice(0, space)));
  return { revision: at, record: decodeRecord(Buffer.from(line.slice(space + 1), 'base64'), at) };
}
