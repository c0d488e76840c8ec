import type { Kind, LiveEntry } from '@mintmark/domain';
import { type View, ViewError } from '@mintmark/view';

/** What the view has in a record's place. Throws `ViewError` where the view does not answer. */
export async function rowOf(view: View, kind: Kind, id: string, signal: AbortSignal): Promise<LiveEntry | 'unreadable' | undefined> {
  try {
    return (await view.get(kind, id, { signal })).value;
  } catch (error) {
    if (!(error instanceof ViewError) || error.code !== 'refused') throw error;
    return 'unreadable';
  }
}
