/*
 * WebCrypto works on threads of the platform: how long it takes is not the simulation's to say. So its calls are counted, run one after the other, and
 * waited for before the next step: they take no simulated time at all.
 */

let running = 0;
let last: Promise<unknown> = Promise.resolve();

const METHODS = ['digest', 'sign', 'verify', 'importKey', 'exportKey', 'generateKey', 'deriveBits', 'encrypt', 'decrypt'] as const;

type Call = (...args: unknown[]) => Promise<unknown>;

/** From now on WebCrypto of this thread is waited for. Idempotent. */
export function watchCrypto(): void {
  const subtle = globalThis.crypto.subtle as unknown as Record<string, Call & { readonly watched?: true }>;
  for (const method of METHODS) {
    const original = subtle[method];
    if (original === undefined || original.watched === true) continue;
    const call: Call = (...args) => {
      running += 1;
      const work = last.then(() => original.apply(globalThis.crypto.subtle, args)).finally(() => {
        running -= 1;
      });
      last = work.catch(() => undefined);
      return work;
    };
    Object.defineProperty(subtle, method, { value: Object.assign(call, { watched: true }), configurable: true });
  }
}

/** Resolves when none of it is under way. */
export async function whenCryptoRests(): Promise<void> {
  while (running > 0) {
    await last;
    await new Promise(setImmediate);
  }
}
