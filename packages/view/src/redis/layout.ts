import { decodeRecord, encodeRecord, MalformedRecord } from '@mintmark/contract';
import { type Entry, type Kind, type LiveEntry, type MintRecord, NO_REVISION, type Revision, revision, type UniqueIndex, uniqueKeysOf } from '@mintmark/domain';
import type { Position } from '../paging.ts';
import { type Contact, type ListQuery, type Source, ViewError, type Watermark } from '../view.ts';
import { neverFilled } from './errors.ts';

/* How a view lies in Redis; lua/common.lua says the same to the functions. */

/** The names of one region's keys: all in one slot. */
export interface Names {
  readonly state: string;
  feed(epoch: string): string;
}

export function namesOf(region: string): Names {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(region)) throw new RangeError('region: expected 1 to 64 letters, digits, `_`, `.` or `-`');
  const tag = `{mintmark:${region}}`;
  return { state: `${tag}:state`, feed: (epoch) => `${tag}:feed:${epoch}` };
}

/** The fields that tell a read's watermark and table index, in the order in which `headOf` expects their values. */
export function headFields(kind: Kind): readonly string[] {
  return [...WATERMARK_FIELDS, `@index:${kind}`];
}

export const WATERMARK_FIELDS = ['@epoch', '@source', '@revision', '@ready', '@contact'] as const;

export const HEAD_LENGTH = WATERMARK_FIELDS.length + 1;

export type Reply = readonly (Buffer | null)[];

/**
 * `run` is the server that was asked: readiness holds only on the server on which it was told. A state that cannot be read is none: the view is filled again.
 */
export function watermarkOf([epoch, source, at, ready, contact]: Reply, run: string): Watermark {
  const [from, shown, heard] = [source && sourceFrom(source.toString('latin1')), at && revisionFrom(at.toString('latin1')), contact && contactFrom(contact.toString('latin1'))];
  if (!epoch || !from || shown == null) throw neverFilled();
  return { epoch: epoch.toString('latin1'), source: from, revision: shown, ready: ready?.toString('latin1') === run, ...(heard ? { contact: heard } : {}) };
}

export function headOf(reply: Reply, run: string): { watermark: Watermark; tableIndex: Revision } {
  const watermark = watermarkOf(reply, run);
  if (!watermark.ready) throw new ViewError('not_ready', 'the view is being folded');
  return { watermark, tableIndex: revisionFrom(reply[HEAD_LENGTH - 1]?.toString('latin1') ?? '0') ?? watermark.revision };
}

/** A row of a listing as it is stored, and where it stands. */
export interface Row extends Position {
  readonly stored: Buffer;
}

/** The rows of what the function `list` answers. */
export function rowsOf(reply: Reply, order: ListQuery['order']): readonly Row[] {
  const width = order === 'id' ? 1 : 2;
  const count = (reply.length - HEAD_LENGTH) / (1 + width);
  return Array.from({ length: count }, (_, n) => {
    const place = HEAD_LENGTH + count + n * width;
    return {
      stored: reply[HEAD_LENGTH + n] ?? Buffer.alloc(0),
      id: reply[place]?.toString() ?? '',
      createIndex: revisionFrom((order === 'id' ? undefined : reply[place + 1]?.toString('latin1')) ?? '') ?? NO_REVISION,
    };
  });
}

export function recordField(kind: Kind, id: string): string {
  return `${kind}/${id}`;
}

/** Digests stand as bytes. What is no digest can be nobody's, and stands where nothing is ever written. */
export function keyField(kind: Kind, index: UniqueIndex, value: string): Buffer {
  const raw = keyBytes(index, value);
  if (raw === undefined) return Buffer.from(`${kind}.${index}:${value}`);
  return Buffer.concat([Buffer.from(`${kind}.${index}/`), raw]);
}

function keyBytes(index: UniqueIndex, value: string): Buffer | undefined {
  if (index === 'name') return Buffer.from(value);
  return /^[0-9a-f]{64}$/.test(value) ? Buffer.from(value, 'hex') : undefined;
}

const LF = 0x0a;

/**
 * A live record as it is stored: its revision and its unique keys, so that a function can take them back: where they lie in its bytes, or in hex where they
 * do not.
 */
export function storedValue(entry: Entry): Buffer {
  const record = entry.record as MintRecord;
  const bytes = encodeRecord(record);
  const places = uniqueKeysOf(record).map(({ index, value }) => {
    const key = keyBytes(index, value);
    if (key === undefined) throw new MalformedRecord(`${record.kind} ${record.id}: its ${index} cannot be a key`);
    const offset = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(key);
    return offset < 0 ? ` ${index}=${key.toString('hex')}` : ` ${index}:${offset}:${key.length}`;
  });
  return Buffer.concat([Buffer.from(`${entry.revision}${places.join('')}\n`), bytes]);
}

/** Reads a stored record back. Throws `refused` where it cannot be one: absent it is not. */
export function entryFrom<K extends Kind>(value: Buffer, kind: K): LiveEntry<K> {
  const end = value.indexOf(LF);
  try {
    const at = revision(Number.parseInt(value.toString('latin1', 0, end), 10));
    const record = decodeRecord(value.subarray(end + 1), at);
    if (record.deleted || record.kind !== kind) throw new MalformedRecord(`not a live ${kind}`);
    return { revision: at, record } as LiveEntry<K>;
  } catch (error) {
    throw new ViewError('refused', `the view holds a ${kind} that cannot be read`, { cause: error });
  }
}

export function sourceText({ region, incarnation }: Source): string {
  return `${encodeURIComponent(region)} ${encodeURIComponent(incarnation)}`;
}

/** `undefined` where the text says none. */
export function revisionFrom(text: string): Revision | undefined {
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? revision(Number(text)) : undefined;
}

function sourceFrom(text: string): Source | undefined {
  const [region, incarnation] = text.split(' ').map(decoded);
  return region === undefined || incarnation === undefined ? undefined : { region, incarnation };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The parts of a contact as the function `mark` takes them. */
export function contactParts({ covered, head, at, incarnation, region }: Contact): readonly string[] {
  return [String(covered), String(head), String(at), encodeURIComponent(incarnation), encodeURIComponent(region)];
}

/** `undefined` where the text says of none: then nothing was heard. */
export function contactFrom(text: string): Contact | undefined {
  const [covered = '', head = '', time = '', ...names] = text.split(' ');
  const [incarnation, region] = names.map(decoded);
  const [has, ends, at] = [revisionFrom(covered), revisionFrom(head), Number(time)];
  if (has === undefined || ends === undefined || !Number.isFinite(at) || incarnation === undefined || region === undefined) return undefined;
  return { region, incarnation, covered: has, head: ends, at };
}
