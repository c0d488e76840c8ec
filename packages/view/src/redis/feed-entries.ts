import { isKind, type Revision } from '@mintmark/domain';
import { type Change, type ChangeBatch, ViewError } from '../view.ts';
import { contactFrom, revisionFrom } from './layout.ts';

/** How far a reader of the feed is. */
export interface Place {
  /** The stream's id up to which everything was given. */
  cursor: string;
  through: Revision;
}

/** One entry of the stream: its id, and a field's name with its value. */
export type StreamEntry = readonly [id: Buffer, fields: readonly Buffer[]];

/** What the entries say, `undefined` for nothing. Moves the place. Throws `ViewError` `reset` where one cannot be read: nobody knows what it told of. */
export function batchOf(entries: readonly StreamEntry[], place: Place): ChangeBatch | undefined {
  const changes: Change[] = [];
  let contact: string | undefined;
  for (const [id, [field, value]] of entries) {
    const cursor = id.toString('latin1');
    const at = revisionFrom(cursor.slice(0, cursor.indexOf('-')));
    if (at === undefined) throw new ViewError('reset', `the feed has an entry at ${JSON.stringify(cursor)}`);
    const text = value?.toString() ?? '';
    if (field?.toString('latin1') === 'c') changes.push(changeFrom(text, at));
    else if (text !== '') contact = text;
    place.cursor = cursor;
    place.through = at;
  }
  if (entries.length === 0) return undefined;
  const heard = contact === undefined ? undefined : contactFrom(contact);
  return { changes, through: place.through, ...(heard === undefined ? {} : { contact: heard }) };
}

function changeFrom(text: string, at: Revision): Change {
  const slash = text.indexOf('/');
  const kind = text.slice(2, slash);
  // A kind that this version does not know cannot be cached by it; yet nothing says that it may be passed over.
  if (!isKind(kind)) throw new ViewError('reset', `the feed tells of an unknown kind ${JSON.stringify(kind.slice(0, 64))}`);
  return { revision: at, kind, id: text.slice(slash + 1), scope: text[1] === 'g' ? 'global' : 'local', deleted: text.startsWith('-') };
}
