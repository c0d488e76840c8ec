import type { Revision } from '@mintmark/domain';
import { expect } from 'vitest';
import { type ChangeBatch, ViewError, type ViewErrorCode, type ViewReader } from '../view.ts';

/** Longer than anything that is waited for, shorter than a test's own limit. */
const PATIENCE_MS = 10_000;

/** Asserts that a call is refused with a code, and returns the error. */
export async function refused(call: Promise<unknown>, code: ViewErrorCode): Promise<ViewError> {
  const error = await call.then(
    () => undefined,
    (problem: unknown) => problem,
  );
  expect(error).toBeInstanceOf(ViewError);
  const { code: found } = error as ViewError;
  expect(found).toBe(code);
  return error as ViewError;
}

/** One running feed. */
export class Tap implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #batches: AsyncIterator<ChangeBatch>;

  constructor(reader: ViewReader, epoch: string, after: Revision) {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(PATIENCE_MS)]);
    this.#batches = reader.changes({ epoch, after, signal })[Symbol.asyncIterator]();
  }

  /** The next batch. A feed that ends, or gives nothing for long, fails the test. */
  async next(): Promise<ChangeBatch> {
    const step = await this.#batches.next();
    if (step.done === true) throw new Error(`the feed ended, or gave nothing for ${PATIENCE_MS} ms`);
    return step.value;
  }

  /** Every batch up to the first that covers a revision. */
  async through(revision: Revision): Promise<readonly ChangeBatch[]> {
    const batches: ChangeBatch[] = [];
    do batches.push(await this.next());
    while ((batches.at(-1)?.through ?? 0) < revision);
    return batches;
  }

  /** The next batch that satisfies a test; those before are passed over. */
  async until(holds: (batch: ChangeBatch) => boolean): Promise<ChangeBatch> {
    let batch = await this.next();
    while (!holds(batch)) batch = await this.next();
    return batch;
  }

  /** Reads on until the feed is refused with a code. */
  async ends(code: ViewErrorCode): Promise<void> {
    await refused(this.until(() => false), code);
  }

  abort(): void {
    this.#stop.abort(new Error('stopped by the test'));
  }

  /** Whether the iteration is over, without an error. */
  async over(): Promise<boolean> {
    for (;;) {
      const step = await this.#batches.next();
      if (step.done === true) return true;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort();
    await this.#batches.return?.();
  }
}
