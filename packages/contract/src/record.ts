import { isKind, type MintRecord, NO_REVISION, type Origin, type RecordSignature, type Revision, revision } from '@mintmark/domain';
import { bodyFromWire, bodyToWire } from './bodies.ts';
import * as wire from './gen/mintmark/v1/record.ts';
import { MalformedRecord } from './malformed.ts';

/** The schema version written into every envelope. */
export const RECORD_VERSION = 1;

/** The envelope's bytes, as logs and views store them. */
export function encodeRecord(record: MintRecord): Uint8Array {
  return wire.Record.encode(toWire(record)).finish();
}

/**
 * Reads an envelope back. `at` fills in a `createIndex` of 0. Throws `MalformedRecord` for anything that `encodeRecord` of this
 * version cannot have written.
 */
export function decodeRecord(bytes: Uint8Array, at: Revision): MintRecord {
  let decoded: wire.Record;
  try {
    decoded = wire.Record.decode(bytes);
  } catch (error) {
    throw new MalformedRecord('not a protobuf message', error);
  }
  return fromWire(decoded, at);
}

/**
 * What a signature of a record covers: all of it but what each region has its own of, and the signature's own value. The bytes are the same wherever the
 * record lies, because a record that was decoded is encoded as it was.
 */
export function signedContent({ origin: _, ...record }: MintRecord & { readonly signature: RecordSignature }): Uint8Array {
  const content = { ...record, createIndex: NO_REVISION, writeId: '', signature: { ...record.signature, value: '' } } as MintRecord;
  return Buffer.concat([CONTEXT, wire.Record.encode(toWire(content)).finish()]);
}

export function toWire(record: MintRecord): wire.Record {
  return {
    version: RECORD_VERSION,
    id: record.id,
    scope: record.scope === 'global' ? wire.Scope.SCOPE_GLOBAL : wire.Scope.SCOPE_LOCAL,
    createIndex: record.createIndex,
    origin: record.origin === undefined ? undefined : { ...record.origin },
    writeId: record.writeId,
    signature: record.signature === undefined ? undefined : signatureToWire(record.signature),
    kind: record.kind,
    epoch: record.epoch ?? 0,
    body: record.deleted ? undefined : bodyToWire(record),
  };
}

export function fromWire(decoded: wire.Record, at: Revision): MintRecord {
  if (decoded.version !== RECORD_VERSION) throw new MalformedRecord(`version ${decoded.version}`);
  if (!isKind(decoded.kind)) throw new MalformedRecord(`kind ${JSON.stringify(decoded.kind)}`);
  if (decoded.id === '') throw new MalformedRecord('no id');
  const scope = SCOPES[decoded.scope];
  if (scope === undefined) throw new MalformedRecord(`scope ${decoded.scope}`);
  const envelope = {
    kind: decoded.kind,
    id: decoded.id,
    scope,
    createIndex: decoded.createIndex === 0 ? at : revision(decoded.createIndex),
    ...(decoded.origin === undefined ? {} : { origin: originFrom(decoded.origin) }),
    ...(decoded.epoch === 0 ? {} : { epoch: decoded.epoch }),
    writeId: decoded.writeId,
    ...(decoded.signature === undefined ? {} : { signature: signatureFromWire(decoded.signature) }),
  };
  if (decoded.body === undefined) return { ...envelope, deleted: true } as MintRecord;
  const body = bodyFromWire(decoded.kind, decoded.body);
  return { ...envelope, deleted: false, body } as MintRecord;
}

/** What else is signed with the same key is no record. */
const CONTEXT = Buffer.from('mintmark record\0');
const SCOPES: Readonly<Record<number, 'global' | 'local'>> = {
  [wire.Scope.SCOPE_GLOBAL]: 'global',
  [wire.Scope.SCOPE_LOCAL]: 'local',
};

function originFrom(origin: wire.Origin): Origin {
  return { region: origin.region, incarnation: origin.incarnation, revision: revision(origin.revision) };
}

function signatureToWire({ key, stamp, previous, value }: RecordSignature): wire.Signature {
  return { key: Buffer.from(key, 'hex'), stamp, previous: Buffer.from(previous, 'hex'), value: Buffer.from(value, 'base64') };
}

function signatureFromWire({ key, stamp, previous, value }: wire.Signature): RecordSignature {
  return { key: text(key, 'hex'), stamp, previous: text(previous, 'hex'), value: text(value, 'base64') };
}

function text(bytes: Uint8Array, encoding: 'hex' | 'base64'): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding);
}
