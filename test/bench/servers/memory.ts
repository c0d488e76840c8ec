export interface Memory {
  readonly rss: number;
  readonly heap: number;
  readonly buffers: number;
}

/** Bytes in use after a collection. */
export function memory(): Memory {
  for (let pass = 0; pass < 3; pass += 1) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed, buffers: external };
}
