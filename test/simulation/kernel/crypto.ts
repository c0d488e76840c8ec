import { createHash } from 'node:crypto';

/*
 * WebCrypto works on threads of the platform: how long it takes is not the simulation's to say. So its calls are counted, run one after the other, and
 * waited for before the next step: they take no simulated time at all. Digests, of which there are many, are made at once.
 */

let running = 0;
let last: Promise<unknown> = Promise.resolve();

const METHODS = ['sign', 'verify', 'importKey', 'exportKey', 'generateKey', 'deriveBits', 'encrypt', 'decrypt'] as const;

type Call = (...args: unknown[]) => Promise<unknown>;

async function digestAtOnce(algorithm: string | { readonly name: string }, data: ArrayBuffer | ArrayBufferView): Promise<ArrayBuffer> {
  const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
  const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  return Uint8Array.from(createHash(name.replace('-', '').toLowerCase()).update(bytes).digest()).buffer;
}

/** From now on WebCrypto of this thread is waited for. Idempotent. */
export function watchCrypto(): void {
  Object.defineProperty(globalThis.crypto.subtle, 'digest', { value: digestAtOnce, configurable: true });
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
