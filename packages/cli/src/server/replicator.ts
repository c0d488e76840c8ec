import { addressForm, type EnvironmentReader, readEnvironment } from '@mintmark/kit/config';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { createLogger, createMetrics } from '@mintmark/kit/telemetry';
import type { LogReader } from '@mintmark/log';
import { openNatsLog, openNatsLogReader } from '@mintmark/log/nats';
import { REPLICATOR_DEFAULTS, type ReplicatorConfig, replicatorEvents, startReplicator } from '@mintmark/replicator';
import { openRedisView } from '@mintmark/view/redis';
import { CLIENT_VARIABLES } from '../client/fallbacks.ts';
import type { Environment } from '../environment.ts';
import { PROTO_ROOT } from '../proto-root.ts';
import { readRecordKeys } from './record-keys.ts';
import { readCommon, readListen, readLogs, readNats, readRedis, readReplicas, regionForm } from './environment.ts';
import { serveOps } from './ops.ts';

/** Runs a region's replicator until disposed of. Throws `ConfigError` with every fault of the environment. */
export async function serveReplicator(env: Environment): Promise<AsyncDisposable> {
  const { common, rpc, ops, nats, replicas, redis, logs, records, tombstones, verify, replicators } = readReplicatorSettings(readEnvironment(env, { alsoKnown: CLIENT_VARIABLES }));
  const { region, authority } = common;
  const telemetry = { logger: createLogger({ service: 'replicator', region, level: common.logLevel }), metrics: createMetrics({ service: 'replicator', region }) };
  const onWarning = (warning: string): void => telemetry.logger.warn({ event: 'log_warning' }, warning);
  await using stack = new AsyncDisposableStack();
  const log = stack.adopt(await openNatsLog({ ...nats, region, replicas, onWarning }), (opened) => opened.close());
  const view = stack.adopt(await openRedisView({ ...redis, region }), (opened) => opened.close());
  const others = new Map<string, LogReader>();
  for (const [other, settings] of logs) others.set(other, stack.adopt(await openNatsLogReader({ ...settings, region: other, onWarning }), (opened) => opened.close()));
  const replicator = stack.use(
    await startReplicator(
      { region, authority, rpc: { ...rpc, tls: common.tls }, tombstones, verify, replicators, protoRoot: PROTO_ROOT },
      { log, view, sourceOf: (other) => others.get(other), records, world: systemWorld, events: replicatorEvents(telemetry.logger, telemetry.metrics), metrics: telemetry.metrics },
    ),
  );
  const ready = () => {
    const { ready: shown, troubles } = replicator.status();
    return [{ name: 'view', ready: shown, detail: troubles.join('; ') || (shown ? 'shows the log' : 'is being folded') }];
  };
  stack.use(await serveOps(ops, telemetry, ready));
  telemetry.logger.info({ event: 'listening', surface: 'grpc', port: replicator.port }, `replicator on ${rpc.host}:${replicator.port}`);
  return stack.move();
}

/** What the replicator reads from its environment. */
export function readReplicatorSettings(env: EnvironmentReader) {
  const common = readCommon(env);
  const rpc = readListen(env, 'MINTMARK_RPC_LISTEN', 'Where the gRPC surface listens.');
  const ops = readListen(env, 'MINTMARK_OPS_LISTEN', 'Where /healthz, /readyz and /metrics listen.');
  const nats = readNats(env);
  const replicas = readReplicas(env);
  const redis = readRedis(env);
  const logs = readLogs(env);
  if (common.region !== common.authority && !logs.has(common.authority)) env.fault('MINTMARK_LOGS', `must name ${common.authority}, the authority`);
  const records = readRecordKeys(env, common.region);
  const defaults = REPLICATOR_DEFAULTS.tombstones;
  const keepMs = env.durationMs('MINTMARK_TOMBSTONE_RETENTION', { about: 'How long what was deleted is remembered.', default: defaults.keepMs, minMs: 60_000 });
  const everyMs = env.durationMs('MINTMARK_TOMBSTONE_INTERVAL', { about: 'How often old tombstones are purged.', default: defaults.everyMs, minMs: 1_000 });
  const addresses = env.map('MINTMARK_REPLICATORS', { key: regionForm, value: addressForm({}) }, { about: "Address of every other region's replicator; without that of the authority the region's copy is not compared with it.", default: undefined });
  const replicators = Object.fromEntries([...(addresses ?? [])].map(([name, { host, port }]) => [name, `${host}:${port}`]));
  const verify = readVerifyTimes(env);
  return env.finish(() => ({ common, rpc, ops, nats, replicas, redis, logs, records, tombstones: { keepMs, everyMs }, verify, replicators }));
}

function readVerifyTimes(env: EnvironmentReader): ReplicatorConfig['verify'] {
  const { everyMs, storesEveryMs } = REPLICATOR_DEFAULTS.verify;
  return {
    everyMs: env.durationMs('MINTMARK_VERIFY_INTERVAL', { about: "How often the region's copy is compared with the authority.", default: everyMs, minMs: 1_000 }),
    storesEveryMs: env.durationMs('MINTMARK_VERIFY_STORES_INTERVAL', { about: "How often the region's view is compared with its log, record by record.", default: storesEveryMs, minMs: 1_000 }),
  };
}
