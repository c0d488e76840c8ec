import { isKind, type MintRecord, type Origin, type Revision, revision } from '@mintmark/domain';
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

export function toWire(record: MintRecord): wire.Record {
  return {
    version: RECORD_VERSION,
    id: record.id,
    scope: record.scope === 'global' ? wire.Scope.SCOPE_GLOBAL : wire.Scope.SCOPE_LOCAL,
    createIndex: record.createIndex,
    origin: record.origin === undefined ? undefined : { ...record.origin },
    writeId: record.writeId,
    signature: EMPTY,
    kind: record.kind,
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
    writeId: decoded.writeId,
  };
  if (decoded.body === undefined) return { ...envelope, deleted: true } as MintRecord;
  const body = bodyFromWire(decoded.kind, decoded.body);
  return { ...envelope, deleted: false, body } as MintRecord;
}

const EMPTY = Buffer.alloc(0);
const SCOPES: Readonly<Record<number, 'global' | 'local'>> = {
  [wire.Scope.SCOPE_GLOBAL]: 'global',
  [wire.Scope.SCOPE_LOCAL]: 'local',
};

function originFrom(origin: wire.Origin): Origin {
  return { region: origin.region, incarnation: origin.incarnation, revision: revision(origin.revision) };
}
