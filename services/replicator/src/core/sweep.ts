import { activeEpoch, type Entry, keyOf, laterOf, type MintRecord, NO_REVISION, type Revision, wasHandedOver } from '@mintmark/domain';
import type { LogHead } from '@mintmark/log';
import { setAside } from './aside.ts';
import { isOrphan } from './following.ts';
import { decidedOf, onWhatIsShown, type TakeDeps, tombstone, type Word } from './take.ts';

/** The authority's complete listing up to its head. */
export interface Listed {
  /** Keys, as `keyText`. */
  readonly listing: ReadonlySet<string>;
  readonly word: Word;
  readonly head: LogHead;
}

/** How many copies were deleted, and the last revision at which the region's log says so. */
export interface Swept {
  readonly deleted: number;
  readonly local: Revision;
}

/** Deletes the region's copies of global records that the complete listing does not have (L4). */
export async function sweep(deps: TakeDeps, listed: Listed, signal: AbortSignal): Promise<Swept> {
  const own = await deps.log.head({ signal });
  const done = new AbortController();
  let local = NO_REVISION;
  let deleted = 0;
  for await (const batch of deps.log.tail({ after: NO_REVISION, scope: 'global', signal: AbortSignal.any([signal, done.signal]) })) {
    for (const entry of batch.entries) {
      if (entry.revision > own.revision || !isOrphan({ entry, decided: decidedOf(deps, entry) }, listed.listing, listed.word.authority, listed.head)) continue;
      local = laterOf(local, await deleteOrphan(deps, entry, listed, signal));
      deleted += 1;
    }
    if (batch.through >= own.revision) done.abort();
  }
  return { deleted, local };
}

async function deleteOrphan(deps: TakeDeps, entry: Entry, { word: { authority, from }, head: { revision } }: Listed, signal: AbortSignal): Promise<Revision> {
  const present = await deps.log.get(keyOf(entry.record), { signal });
  if (present === undefined || present.revision !== entry.revision) return NO_REVISION;
  const options = onWhatIsShown(deps, signal);
  const decided = decidedOf(deps, entry);
  const believed = (await deps.verifier.judge(entry.record as MintRecord)) === undefined;
  const lost = believed && authority.epoch > 0 && !wasHandedOver(authority, decided);
  if (lost && (await setAside(deps, entry, decided, undefined, options))) return NO_REVISION;
  const by = authority.epoch > 0 ? { ...from, revision, epoch: activeEpoch(authority) } : undefined;
  return deps.log.append(await tombstone(deps, entry, by), { key: entry.revision }, options);
}
