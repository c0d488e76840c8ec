import { NO_REVISION } from '@mintmark/domain';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import { openNatsLog } from '@mintmark/log/nats';
import type { LogReader } from '@mintmark/log';
import { serve } from './serve.ts';

/** Reads a log from its start to its head, and nothing else. Ready with how many milliseconds that took, the process's own start not counted. */
await serve(async (from: { readonly path: string } | { readonly nats: string; readonly region: string }) => {
  const log = 'path' in from ? await openEmbeddedLog(from) : await openNatsLog({ servers: [from.nats], region: from.region });
  return { ready: await drain(log) };
});

async function drain(log: LogReader): Promise<number> {
  const began = performance.now();
  const { revision: head } = await log.head();
  const done = new AbortController();
  for await (const { through } of log.tail({ after: NO_REVISION, signal: done.signal })) if (through >= head) break;
  done.abort();
  return performance.now() - began;
}
