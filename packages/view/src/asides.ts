import { decodeRecord } from '@mintmark/contract';
import { isOlder, keyText, type LiveEntry, type MintRecord, NO_REVISION, type Said } from '@mintmark/domain';
import type { CallOptions, ViewReader } from './view.ts';

const MOST = 1_000;

/** A state of a key that is remembered, as far as it is. */
export interface Remembered extends Said {
  /** Whether it is known to have ended since. */
  readonly ended: boolean;
}

/** The states of one key that the region's view says were set aside, whoever may believe it. */
export async function asidesOf(view: ViewReader, record: MintRecord, options?: CallOptions): Promise<readonly LiveEntry<'set_aside'>[]> {
  const from = `${keyText(record)}@`;
  const { value } = await view.list('set_aside', { order: 'id', from, limit: MOST }, options);
  return value.filter((aside) => aside.record.id.startsWith(from));
}

/**
 * Whether an older state of a key may follow a newer one: what was set aside, and is to be believed, was not older than that, and this very state counts in its
 * place (ADR 9). One that is known to have ended comes back only where its end was set aside.
 */
export function maySucceed(record: MintRecord, known: Remembered, { record: { id, body } }: LiveEntry<'set_aside'>): boolean {
  if (body.instead === '' || body.instead !== record.signature?.value || !id.startsWith(`${keyText(record)}@`)) return false;
  const aside = decodeRecord(body.record, NO_REVISION);
  return !isOlder(aside, known) && (!known.ended || aside.deleted);
}
