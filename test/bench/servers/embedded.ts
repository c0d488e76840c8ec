import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedClusterOptions, startEmbeddedCluster } from '@mintmark/cli';
import { serve } from './serve.ts';

interface Options {
  readonly data: string;
  readonly regions: readonly string[];
  readonly port: number;
  readonly tokenLimits?: EmbeddedClusterOptions['tokenLimits'];
}

/** What `mintmark dev` runs. Ready when every region shows its log, and every replica has heard of the authority. */
await serve(async ({ data, regions, port, tokenLimits }: Options) => {
  const cluster = await startEmbeddedCluster({ data, regions, host: '127.0.0.1', port, logLevel: 'error', ...(tokenLimits === undefined ? {} : { tokenLimits }) });
  const settled = (): boolean =>
    cluster.regions.every(({ status }) => status().ready && (status().lag === undefined || status().lag?.authorityIncarnation !== ''));
  while (!settled()) await sleep(5);
  return { ready: cluster.regions.map(({ http, grpc }) => ({ http, grpc })) };
});
