import { MalformedRecord } from '@mintmark/contract';
import { keyOf, type MintRecord, NO_REVISION } from '@mintmark/domain';
import type { World } from '@mintmark/kit/lifecycle';
import type { RecordSigner, RecordVerifier } from '@mintmark/keys/records';
import { type Expect, type Log, LogError } from '@mintmark/log';

export interface SigningDeps {
  readonly log: Log;
  readonly signer: RecordSigner;
  readonly verifier: RecordVerifier;
  readonly world: World;
}

/** Signs what the issuer decides, after what the log has under its key (P10). */
export class Signing {
  readonly #deps: SigningDeps;
  /** The latest time seen: a clock that goes back makes no record older than the one before it. */
  #latest = 0;

  constructor(deps: SigningDeps) {
    this.#deps = deps;
  }

  /** The append's expectation makes sure that what was read is what is replaced. Throws `LogError` where the log cannot be read. */
  async sign<R extends MintRecord>(record: R, expect: Expect, signal: AbortSignal): Promise<R> {
    const replaced = 'key' in expect && expect.key === NO_REVISION ? undefined : await this.#present(record, signal);
    this.#latest = Math.max(this.#latest, this.#deps.world.clock.now());
    return this.#deps.signer.sign(record, replaced, this.#latest);
  }

  /** Whatever is signed from now on is later than the record, which the caller has judged: another authority's clock may have been ahead. */
  after({ signature }: MintRecord): void {
    this.#latest = Math.max(this.#latest, (signature?.stamp ?? 0) + 1);
  }

  /** What cannot be believed or read is replaced by whoever may, and nothing is built upon it. */
  async #present(record: MintRecord, signal: AbortSignal): Promise<MintRecord | undefined> {
    const { log, verifier } = this.#deps;
    try {
      const present = (await log.get(keyOf(record), { signal }))?.record as MintRecord | undefined;
      return present === undefined || (await verifier.judge(present)) !== undefined ? undefined : present;
    } catch (error) {
      if (error instanceof LogError && error.cause instanceof MalformedRecord) return undefined;
      throw error;
    }
  }
}
