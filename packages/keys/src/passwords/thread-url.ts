/** Where the code of a hashing thread is. */
export const HASHING_THREAD = new URL('./hashing-thread.ts', import.meta.url);
