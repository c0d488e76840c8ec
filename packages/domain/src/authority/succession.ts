import type { MintRecord, Origin } from '../record.ts';
import { type Revision, revision } from '../revision.ts';

/** One change of the authority. */
export interface Succession {
  /** Numbers grow; two regions that were promoted at once without hearing of each other may have the same one. */
  readonly epoch: number;
  readonly region: string;
  /** The authority before; the new one has everything that it decided up to this revision. */
  readonly from: Origin;
  /** Whether it happened without the authority before, which may have decided more. */
  readonly forced: boolean;
}

/** Who decides about global records, as one region knows it (P11). Record id: `current`. Always local. Without one the configured region does, in epoch 0. */
export interface AuthorityBody {
  readonly epoch: number;
  readonly region: string;
  /** False while the region is named and has not taken over: nobody decides then. */
  readonly active: boolean;
  /** Log of the authority and its head in the moment when it took over; empty and 0 before. */
  readonly incarnation: string;
  readonly revision: Revision;
  /** Every change of the authority, oldest first. */
  readonly successions: readonly Succession[];
}

/** The key of a region's record of the authority. */
export const AUTHORITY_KEY = { scope: 'local', kind: 'authority', id: 'current' } as const;

/** Where a state of a record was decided. */
export interface Decided extends Origin {
  readonly epoch: number;
}

/** What a region knows of the authority: the record, or what the configuration says as long as there is none. */
export function authorityFrom(body: AuthorityBody | undefined, configured: string): AuthorityBody {
  return body ?? { epoch: 0, region: configured, active: true, incarnation: '', revision: revision(0), successions: [] };
}

type Claim = Pick<AuthorityBody, 'epoch' | 'region' | 'active'>;

/** Whether a claim counts and the other one does not any more: by its epoch, then by the region's name; of one and the same, the one that took over. */
export function succeeds(a: Claim, b: Claim): boolean {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch;
  if (a.region !== b.region) return a.region > b.region;
  return a.active && !b.active;
}

/** Whoever decided last, whether or not somebody else is named since. */
export function lastActive({ active, region, successions }: AuthorityBody): string {
  return active ? region : (successions.at(-1)?.from.region ?? region);
}

/** Epoch of whoever decided last, as `lastActive`. */
export function activeEpoch({ active, epoch, successions }: AuthorityBody): number {
  return active ? epoch : (successions.at(-2)?.epoch ?? 0);
}

/** Where a state was decided, for one that stands at `at` in the log `own`. */
export function decidedAt(record: MintRecord, at: Revision, own: { readonly region: string; readonly incarnation: string }): Decided {
  const { origin, epoch = 0 } = record;
  return origin === undefined ? { ...own, revision: at, epoch } : { ...origin, epoch };
}

/** Whether the authority has had all that was decided then: as its own decision, or by what was handed over to it and its predecessors. */
export function wasHandedOver({ epoch, region, successions }: AuthorityBody, state: Pick<Decided, 'epoch' | 'region' | 'revision'>): boolean {
  const by = state.epoch === 0 ? (successions[0]?.from.region ?? region) : successions.find((one) => one.epoch === state.epoch)?.region;
  if (by !== state.region) return false;
  if (state.epoch === epoch) return true;
  const next = successions.find((one) => one.epoch > state.epoch);
  return next !== undefined && next.from.region === state.region && state.revision <= next.from.revision;
}

/**
 * Whether a region has compared all that it has with the present authority. Before, what it had of the authority before may contradict the present one's word, and
 * what was revoked must not come back by it (P2). `contact`: whom the region's view follows, and how far.
 */
export function isFollowed({ epoch, region }: AuthorityBody, contact: { readonly region: string; readonly covered: Revision } | undefined): boolean {
  return epoch === 0 || (contact?.region === region && contact.covered > 0);
}
