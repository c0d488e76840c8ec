import { decodeRecord, MalformedRecord } from '@mintmark/contract';
import { type Entry, keyText, type Revision } from '@mintmark/domain';
import type { SetAside } from '../log.ts';

/** An entry read from a message, or why the message is none. A record under another's key was moved there, and is not believed. */
export function entryOf(key: string, data: Uint8Array, at: Revision): { readonly entry: Entry } | { readonly aside: SetAside } {
  try {
    const record = decodeRecord(data, at);
    if (keyText(record) === key) return { entry: { revision: at, record } };
    return { aside: { revision: at, key, problem: `a record of ${keyText(record)}` } };
  } catch (error) {
    if (!(error instanceof MalformedRecord)) throw error;
    return { aside: { revision: at, key, problem: error.message } };
  }
}
