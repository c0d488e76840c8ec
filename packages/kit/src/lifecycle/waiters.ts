/** Callers that wait for a condition which is asked again whenever something moved. */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  /** Asks every waiter again. */
  moved(): void {
    for (const check of this.#waiting) check();
  }

  /** Resolves once `holds`; rejects with the signal's reason when it aborts first. */
  until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    if (holds()) return Promise.resolve();
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(check);
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        leave();
        reject(signal.reason);
      };
      const check = (): void => {
        if (!holds()) return;
        leave();
        resolve();
      };
      this.#waiting.add(check);
      signal.addEventListener('abort', abort, { once: true });
    });
  }
}
