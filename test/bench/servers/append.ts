import { type MintRecord, NO_REVISION } from '@mintmark/domain';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { newToken } from '../tokens.ts';
import { serve } from './serve.ts';

/** Appends of new tokens to an embedded log, each flushed before it counts, and nothing else. */
await serve(async ({ path }: { readonly path: string }) => {
  const log = await openEmbeddedLog({ path });
  const append = (record: MintRecord): Promise<unknown> => log.append(record, { key: NO_REVISION });
  return {
    commands: {
      async load({ seconds, concurrency }: { readonly seconds: number; readonly concurrency: number }) {
        const began = performance.now();
        let count = 0;
        const worker = async (): Promise<void> => {
          for (; performance.now() - began < seconds * 1_000; count += 1) await append(newToken());
        };
        await Promise.all(Array.from({ length: concurrency }, worker));
        return { rate: (count / (performance.now() - began)) * 1_000, count };
      },
    },
  };
});
