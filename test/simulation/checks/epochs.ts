import { type AuthorityBody, authorityFrom, keyText, lastActive, succeeds, wasHandedOver } from '@mintmark/domain';
import { AUTHORITY, type RegionName } from '../cluster.ts';
import type { Verdicts } from './broken.ts';
import type { State } from './history.ts';

const KEY = keyText({ scope: 'local', kind: 'authority', id: 'current' });

interface TakeOver {
  readonly epoch: number;
  readonly region: RegionName;
  readonly at: number;
}

/** Who was the authority when, by the claims in the regions' logs (P11). */
export class Epochs {
  readonly #verdicts: Verdicts;
  readonly #claims = new Map<string, AuthorityBody>();
  readonly #takeOvers: TakeOver[] = [];
  #newest = authorityFrom(undefined, AUTHORITY);
  /** Epochs that somebody insisted on without most of the regions. */
  readonly #insisted = new Set<string>();

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts;
  }

  /** Whoever was the last to take over. */
  get authority(): RegionName {
    return lastActive(this.#newest) as RegionName;
  }

  get newest(): AuthorityBody {
    return this.#newest;
  }

  /** What a region's log says. */
  of(region: string): AuthorityBody {
    return this.#claims.get(region) ?? authorityFrom(undefined, AUTHORITY);
  }

  /** Whether anybody was ever promoted without the authority before. */
  get forced(): boolean {
    return [...this.#claims.values()].some(({ successions }) => successions.some((one) => one.forced));
  }

  insisted(region: string): void {
    this.#insisted.add(region);
  }

  isClaim(key: string): boolean {
    return key === KEY;
  }

  /** A region's log got a claim. */
  took(region: RegionName, { record, at }: State): void {
    if (record.deleted) return this.#verdicts.broken('P11', `${region}: the claim was deleted`);
    const claim = record.body as AuthorityBody;
    const before = this.of(region);
    if (succeeds(before, claim)) this.#verdicts.broken('P11', `${region}: the claim went back from ${nameOf(before)} to ${nameOf(claim)}`);
    this.#claims.set(region, claim);
    if (succeeds(claim, this.#newest)) this.#newest = claim;
    if (!claim.active || claim.region !== region) return;
    const same = this.#takeOvers.find(({ epoch, region: other }) => epoch === claim.epoch && other !== region);
    if (same !== undefined && this.#insisted.size === 0) this.#verdicts.broken('P11', `${region} and ${same.region} have both taken over in epoch ${claim.epoch}`);
    this.#takeOvers.push({ epoch: claim.epoch, region, at });
  }

  /** Whether an issuer that began then can decide in that epoch: not after another region, of which most knew, had taken over. */
  mayDecide(region: string, epoch: number, began: number): boolean {
    return this.#insisted.size > 0 || !this.#takeOvers.some((one) => one.epoch > epoch && one.region !== region && one.at < began);
  }

  /** Whether what a region decided came to the authority of today by hand-overs. */
  handedOver(state: { readonly epoch: number; readonly region: string; readonly revision: State['revision'] }): boolean {
    return wasHandedOver(this.#newest, state);
  }
}

function nameOf({ epoch, region, active }: AuthorityBody): string {
  return `${region} in ${epoch}${active ? '' : ', not yet'}`;
}
