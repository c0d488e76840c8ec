import { fromWire, type issuer, MalformedRecord } from '@mintmark/contract';
import { type Kind, type LiveEntry, liveOf, Refusal, revision } from '@mintmark/domain';
import type { Meta } from './answer.ts';
import { type TokenJson, tokenJson } from './token-json.ts';

/** Index and freshness of a write, in the region that decided it. */
export function writtenMeta(written: issuer.Written | undefined): Meta {
  if (written === undefined) throw incomplete();
  return { index: written.index, freshness: written.freshness };
}

/** The token that a write made, with its secret. */
export function writtenToken({ record, modifyIndex, secretId, roles }: issuer.TokenWritten): TokenJson {
  return tokenJson(writtenEntry('token', { record, modifyIndex }), secretId, roles);
}

/** The record that a write made. */
export function writtenEntry<K extends Kind>(kind: K, { record, modifyIndex }: Pick<issuer.TokenWritten, 'record' | 'modifyIndex'>): LiveEntry<K> {
  if (record === undefined) throw incomplete();
  const at = revision(modifyIndex);
  const entry = liveOf({ revision: at, record: decoded(record, at) }, kind);
  if (entry === undefined) throw incomplete();
  return entry;
}

function decoded(record: Parameters<typeof fromWire>[0], at: Parameters<typeof fromWire>[1]): ReturnType<typeof fromWire> {
  try {
    return fromWire(record, at);
  } catch (error) {
    throw error instanceof MalformedRecord ? incomplete(error) : error;
  }
}

/** The write happened, but its answer is not of this version's form. */
export function incomplete(cause?: unknown): Refusal {
  return new Refusal('internal', 'internal error', { cause });
}
