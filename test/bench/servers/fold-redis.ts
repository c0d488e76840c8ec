import { setTimeout as sleep } from 'node:timers/promises';
import { createRecordSigner, createRecordVerifier, recordKey } from '@mintmark/keys/records';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { createLogger, createMetrics } from '@mintmark/kit/telemetry';
import { openNatsLog } from '@mintmark/log/nats';
import { REPLICATOR_DEFAULTS, replicatorEvents, startReplicator } from '@mintmark/replicator';
import { openRedisView } from '@mintmark/view/redis';
import { serve } from './serve.ts';

/** A replicator over NATS and an empty Redis. Ready with how many milliseconds it took until the view showed the log's head. */
await serve(async ({ region, nats, redis }: { readonly region: string; readonly nats: string; readonly redis: number }) => {
  const log = await openNatsLog({ servers: [nats], region });
  const view = await openRedisView({ host: '127.0.0.1', port: redis, region });
  const logger = createLogger({ service: 'replicator', region, level: 'error', destination: process.stderr });
  const metrics = createMetrics({ service: 'replicator', region, process: false });
  const events = replicatorEvents(logger, metrics);
  const began = performance.now();
  const replicator = await startReplicator(
    { region, authority: region, rpc: { host: '127.0.0.1', port: 0, tls: 'insecure' }, ...REPLICATOR_DEFAULTS },
    { log, view, sourceOf: () => undefined, records: { signer: createRecordSigner(recordKey(new Uint8Array(32))), verifier: createRecordVerifier({ region, keys: [] }) }, world: systemWorld, events, metrics },
  );
  while (!replicator.status().ready) await sleep(2);
  return { ready: performance.now() - began };
});
