import type { Bodies, Kind, LiveRecord, MintRecord, Origin } from '../record.ts';

/** A state of a global record that the present authority never had: an authority before it decided so, and it was lost on the way. Record id: the record's key. Always local. */
export interface SetAsideBody {
  /** The record as it was, as the log held it. */
  readonly record: Uint8Array;
  /** Where it was decided. */
  readonly origin: Origin;
  readonly epoch: number;
  /** When it was set aside: RFC 3339, UTC. */
  readonly at: string;
  /** Whether it takes something away: then it is in force in this region until the authority has taken it over (P2). */
  readonly held: boolean;
  /** Freshness of the authority at which it has; empty before. */
  readonly carried: string;
  /** Signature of the older state that counts in its place: that one may follow it, and no other (P10). Empty where none does. */
  readonly instead: string;
}

/** What says when a state of a record was decided: its signature covers both. */
export interface Said {
  readonly epoch?: number;
  readonly signature?: { readonly stamp: number };
}

/** Whether one state of a key counts less than another, whatever the clocks of two authorities said: by epoch, then by stamp. */
export function isOlder(a: Said, b: Said): boolean {
  const [mine, theirs] = [a.epoch ?? 0, b.epoch ?? 0];
  return mine === theirs ? (a.signature?.stamp ?? 0) < (b.signature?.stamp ?? 0) : mine < theirs;
}

/** Kinds whose end takes no right away. */
const HARMLESS_ENDS: ReadonlySet<Kind> = new Set(['denied', 'bootstrap', 'policy_version', 'setting', 'token_use']);

type Live<K extends Kind> = Bodies[K];

/** What a state of one kind takes away that another leaves, added to the other. The same object where it takes nothing. */
const RESTRICTIONS: { readonly [K in Kind]?: (aside: Live<K>, present: Live<K>) => Live<K> } = {
  user: (aside, present) =>
    changed(present, {
      disabled: present.disabled || aside.disabled,
      notBefore: Math.max(present.notBefore, aside.notBefore),
      tokensNotBefore: Math.max(present.tokensNotBefore, aside.tokensNotBefore),
    }),
  organization: (aside, present) => changed(present, { notBefore: Math.max(present.notBefore, aside.notBefore) }),
  api_client: (aside, present) => changed(present, { enabled: present.enabled && aside.enabled, notBefore: Math.max(present.notBefore, aside.notBefore) }),
  personal_token: (aside, present) => (aside.revokedAt === '' || present.revokedAt !== '' ? present : { ...present, revokedAt: aside.revokedAt, revokedBecause: aside.revokedBecause }),
  signing_key: (aside, present) => (aside.withdrawn && !present.withdrawn ? aside : present),
};

/**
 * What has to become of a record so that it takes away what a state that was set aside does (P2): its end, another body, or `undefined` where it does already.
 * Nothing else of that state comes back: what gives rights is for people to give again.
 */
export function restrictedBy(aside: MintRecord, present: MintRecord | undefined): 'end' | Bodies[Kind] | undefined {
  if (aside.deleted) return present === undefined || present.deleted || HARMLESS_ENDS.has(aside.kind) ? undefined : 'end';
  if (aside.kind === 'denied') return present === undefined || present.deleted ? aside.body : undefined;
  if (present === undefined || present.deleted) return undefined;
  const restrict = RESTRICTIONS[aside.kind] as ((aside: unknown, present: unknown) => Bodies[Kind]) | undefined;
  const body = restrict?.(aside.body, (present as LiveRecord).body);
  return body === undefined || body === (present as LiveRecord).body ? undefined : body;
}

function changed<T extends object>(body: T, changes: Partial<T>): T {
  const keys = Object.keys(changes) as (keyof T)[];
  return keys.every((key) => changes[key] === body[key]) ? body : { ...body, ...changes };
}
