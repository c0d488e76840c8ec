import { activeEpoch, type AuthorityBody, type Decided, type Entry, keyText, lastActive, type Revision, type Succession } from '@mintmark/domain';
import type { LogHead } from '@mintmark/log';

/** How far the view covers the authority. */
export interface Shown {
  readonly incarnation: string;
  readonly covered: Revision;
}

/** How far the region's log covers the authority. */
export interface Cursor extends Shown {
  /** Everything of the authority up to `covered` is in the region's log at or below this local revision. */
  readonly local: Revision;
}

/** Whom regions follow by a claim: another text for every authority. */
export function whomOf(authority: AuthorityBody): string {
  return `${activeEpoch(authority)} ${lastActive(authority)}`;
}

/** A copy that the listing lacks, of a log that the listed one is or follows: one that was lost and made anew follows none (S2 of `restore.ts`). */
export function isOrphan({ entry: { record }, decided }: { readonly entry: Entry; readonly decided: Decided }, listing: ReadonlySet<string>, authority: AuthorityBody, head: LogHead): boolean {
  if (record.deleted || listing.has(keyText(record))) return false;
  if (authority.epoch === 0 && record.origin === undefined) return true;
  // Of an authority before: what was handed over has been deleted since, and what was not is nobody's.
  if (whomOf(authority) !== `${decided.epoch} ${decided.region}`) return true;
  return decided.revision <= (decided.incarnation === head.incarnation ? head.revision : head.base);
}

/** What is handed over to the region where it is the one that the claim names; `undefined` where it is not. */
export function handedTo({ region: named, successions }: AuthorityBody, region: string): Succession | undefined {
  return named === region ? successions.at(-1) : undefined;
}

/** Why a log is not to be believed. */
export function distrusted({ complete, incarnation, base, revision }: LogHead, authority: AuthorityBody): string | undefined {
  if (!complete) return "the authority's log is being written again: nothing is taken from it";
  if (!authority.active || authority.epoch === 0) return undefined;
  const took = authority.incarnation === incarnation ? revision : base;
  return took >= authority.revision ? undefined : `the log of ${authority.region} is not the one with which it became the authority: nothing is taken from it`;
}
