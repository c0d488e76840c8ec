import { type MintRecord, parseTime } from '@mintmark/domain';

const NS_PER_SECOND = 1_000_000_000n;
/** So often everything is read: what another issuer of the region has written is found, and what ended early is forgotten. */
const READ_EVERY_MS = 3_600_000;

/** Of everything, for its ends. */
interface Reading {
  /** Whether the region was the authority. */
  readonly deciding: boolean;
  /** Monotonic milliseconds. */
  readonly at: number;
}

/**
 * The seconds in which records of a kind are over, so that a sweep looks at those that are due and not at all that there are. It only says where to look: a record may
 * have ended before. About 60 bytes of memory a record.
 */
export class Expiries {
  readonly #kind: 'token' | 'session';
  #bySecond = new Map<number, string[]>();
  #read: Reading | undefined;

  constructor(kind: 'token' | 'session') {
    this.#kind = kind;
  }

  /** Whether everything has to be read: nothing was, it is long ago, or the region was not the authority then and is now, or the other way round. */
  wantsReading({ deciding, at }: Reading): boolean {
    return this.#read === undefined || this.#read.deciding !== deciding || at - this.#read.at >= READ_EVERY_MS;
  }

  /**
   * Knows nothing any more but what is noted from now on. Whoever reads everything after that calls what is returned when all of it has been noted: without effect where
   * it started over once more meanwhile.
   */
  startOver(): (read: Reading) => void {
    const bySecond = new Map<number, string[]>();
    this.#bySecond = bySecond;
    this.#read = undefined;
    return (read) => {
      if (this.#bySecond === bySecond) this.#read = read;
    };
  }

  /** A record as it was written or read; what has no end, or is of another kind, is passed over. */
  note(record: MintRecord): void {
    if (record.deleted || (record.kind !== 'token' && record.kind !== 'session') || record.kind !== this.#kind || record.body.expirationTime === null) return;
    const expiry = parseTime(record.body.expirationTime);
    if (expiry === undefined) return;
    const second = Number(expiry / NS_PER_SECOND);
    const ids = this.#bySecond.get(second);
    if (ids === undefined) this.#bySecond.set(second, [record.id]);
    else ids.push(record.id);
  }

  /** Takes out the ids whose second was over at `ms`, milliseconds since the epoch. */
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
