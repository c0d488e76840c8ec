import { decodeRecord, MalformedRecord } from '@mintmark/contract';
import { type Entry, keyText, type Revision } from '@mintmark/domain';
import type { SetAside } from '../log.ts';

/** An entry read from a message, or why the message is none. A record under another's key was moved there, and is not believed (P10). */
export function entryOf(key: string, data: Uint8Array, at: Revision): { readonly entry: Entry } | { readonly aside: SetAside } {
  const aside = (problem: string) => ({ aside: { revision: at, key, problem } });
  try {
    // A copy: the message is a view of a whole network read, which the record would keep alive.
    const record = decodeRecord(data.slice(), at);
    return keyText(record) === key ? { entry: { revision: at, record } } : aside(`a record of ${keyText(record)}`);
  } catch (error) {
    if (!(error instanceof MalformedRecord)) throw error;
    return aside(error.message);
  }
}
