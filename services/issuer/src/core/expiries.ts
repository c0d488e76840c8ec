import { type MintRecord, parseTime } from '@mintmark/domain';

const NS_PER_SECOND = 1_000_000_000n;

/**
 * The seconds in which tokens are over, so that a sweep looks at those that are due and not at all that there are. It only says where to look: a token may have ended
 * before. About 60 bytes of memory a token.
 */
export class Expiries {
  #bySecond = new Map<number, string[]>();
  #isWhole = false;

  /** Whether all tokens were noted since it began anew. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Knows nothing any more but what is noted from now on. */
  startOver(): void {
    this.#bySecond = new Map();
    this.#isWhole = false;
  }

  /** Everything that there was has been noted. */
  complete(): void {
    this.#isWhole = true;
  }

  /** A token as it was written or read; what has no end, or is no token, is passed over. */
  note(record: MintRecord): void {
    if (record.kind !== 'token' || record.deleted || record.body.expirationTime === null) return;
    const expiry = parseTime(record.body.expirationTime);
    if (expiry === undefined) return;
    const second = Number(expiry / NS_PER_SECOND);
    const ids = this.#bySecond.get(second);
    if (ids === undefined) this.#bySecond.set(second, [record.id]);
    else ids.push(record.id);
  }

  /** Takes out the tokens whose second was over at `ms`, milliseconds since the epoch. */
  take(ms: number): string[] {
    const due: string[] = [];
    for (const [second, ids] of this.#bySecond) {
      if ((second + 1) * 1_000 > ms) continue;
      for (const id of ids) due.push(id);
      this.#bySecond.delete(second);
    }
    return due;
  }
}
