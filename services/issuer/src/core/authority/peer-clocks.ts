/** From there on operators are told: what expires does so at different times then. */
const APART_MS = 30_000;

/** How far wall clocks of other regions' issuers are ahead of this one's. */
export class PeerClocks {
  readonly #told: (event: { readonly region: string; readonly aheadMs: number }) => void;
  readonly #ahead = new Map<string, number>();

  /** `told`: called when a clock was found to be apart by more than half a minute, and when it is so no more. */
  constructor(told: (event: { readonly region: string; readonly aheadMs: number }) => void) {
    this.#told = told;
  }

  /** Milliseconds; negative for one that is behind. */
  note(region: string, aheadMs: number): void {
    const before = this.aheadOf(region);
    this.#ahead.set(region, aheadMs);
    if (isApart(before) !== isApart(aheadMs)) this.#told({ region, aheadMs });
  }

  /** As it was heard last; 0 for a region that was not heard from. */
  aheadOf(region: string): number {
    return this.#ahead.get(region) ?? 0;
  }

  /** By region, milliseconds, as it was heard last. */
  get ahead(): Iterable<readonly [region: string, aheadMs: number]> {
    return this.#ahead;
  }

  /** What is wrong, in words; `undefined` for nothing. */
  get trouble(): string | undefined {
    const apart = [...this.#ahead].filter(([, aheadMs]) => isApart(aheadMs));
    return apart.length === 0 ? undefined : apart.map(([region, aheadMs]) => `${region}'s clock is ${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this one`).join(', ');
  }
}

function isApart(aheadMs: number): boolean {
  return Math.abs(aheadMs) > APART_MS;
}
