/** A promise that was not kept. */
export interface Broken {
  /** `P1` to `P14` of DESIGN section 10, or `defect`: an error that no part expects. */
  readonly promise: string;
  readonly what: string;
  readonly step: number;
  readonly at: number;
}

/** Takes note of the first promise that is broken. */
export class Verdicts {
  readonly #when: () => { readonly step: number; readonly at: number };
  #first: Broken | undefined;

  constructor(when: () => { readonly step: number; readonly at: number }) {
    this.#when = when;
  }

  get first(): Broken | undefined {
    return this.#first;
  }

  broken(promise: string, what: string): void {
    this.#first ??= { promise, what, ...this.#when() };
  }
}
