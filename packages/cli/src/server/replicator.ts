import { type EnvironmentReader, readEnvironment } from '@mintmark/kit/config';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { showBounds } from '@mintmark/kit/overload';
import { createLogger, createMetrics } from '@mintmark/kit/telemetry';
import { openNatsLog, openNatsLogReader } from '@mintmark/log/nats';
import { REPLICATOR_DEFAULTS, type ReplicatorConfig, replicatorEvents, startReplicator } from '@mintmark/replicator';
import { openRedisView } from '@mintmark/view/redis';
import { CLIENT_VARIABLES } from '../client/fallbacks.ts';
import type { Environment } from '../environment.ts';
import { PROTO_ROOT } from '../proto-root.ts';
import { readRecordKey, readTrustedKeys } from './record-keys.ts';
import { readCommon, readListen, readNats, readRedis, readReplicas } from './environment.ts';
import { serveOps } from './ops.ts';

/** Runs a region's replicator until disposed of. Throws `ConfigError` with every fault of the environment. */
export async function serveReplicator(env: Environment): Promise<AsyncDisposable> {
  const { common, rpc, ops, nats, replicas, redis, source, records, tombstones, verify, authorityReplicator } = readReplicatorSettings(readEnvironment(env, { alsoKnown: CLIENT_VARIABLES }));
  const { region, authority } = common;
  const telemetry = { logger: createLogger({ service: 'replicator', region, level: common.logLevel }), metrics: createMetrics({ service: 'replicator', region }) };
  const onWarning = (warning: string): void => telemetry.logger.warn({ event: 'log_warning' }, warning);
  await using stack = new AsyncDisposableStack();
  const log = stack.adopt(await openNatsLog({ ...nats, region, replicas, onWarning }), (opened) => opened.close());
  const view = stack.adopt(await openRedisView({ ...redis, region }), (opened) => opened.close());
  const authorityLog =
    source === undefined ? undefined : stack.adopt(await openNatsLogReader({ ...source, region: authority, onWarning }), (opened) => opened.close());
  const replicator = stack.use(
    await startReplicator(
      { region, authority, rpc: { ...rpc, tls: common.tls }, tombstones, verify, ...(authorityReplicator === undefined ? {} : { authorityReplicator }), protoRoot: PROTO_ROOT },
      { log, view, source: authorityLog, records, world: systemWorld, events: replicatorEvents(telemetry.logger, telemetry.metrics) },
    ),
  );
  const ready = () => {
    const { ready: shown, troubles } = replicator.status();
    return [{ name: 'view', ready: shown, detail: troubles.join('; ') || (shown ? 'shows the log' : 'is being folded') }];
  };
  showBounds(telemetry.metrics, replicator.bounds);
  stack.use(await serveOps(ops, telemetry, ready));
  telemetry.logger.info({ event: 'listening', surface: 'grpc', port: replicator.port }, `replicator on ${rpc.host}:${replicator.port}`);
  return stack.move();
}

/** What the replicator reads from its environment. */
export function readReplicatorSettings(env: EnvironmentReader) {
  const common = readCommon(env);
  const rpc = readListen(env, 'MINTMARK_RPC_LISTEN', 'Where the gRPC surface listens.');
  const ops = readListen(env, 'MINTMARK_OPS_LISTEN', 'Where /healthz, /readyz and /metrics listen.');
  const nats = readNats(env, 'MINTMARK_NATS', "the region's log");
  const replicas = readReplicas(env);
  const redis = readRedis(env);
  const source = common.region === common.authority ? undefined : readNats(env, 'MINTMARK_AUTHORITY_NATS', "the authority's log");
  const records = { signer: readRecordKey(env), verifier: readTrustedKeys(env, common.region) };
  const defaults = REPLICATOR_DEFAULTS.tombstones;
  const keepMs = env.durationMs('MINTMARK_TOMBSTONE_RETENTION', { about: 'How long what was deleted is remembered.', default: defaults.keepMs, minMs: 60_000 });
  const everyMs = env.durationMs('MINTMARK_TOMBSTONE_INTERVAL', { about: 'How often old tombstones are purged.', default: defaults.everyMs, minMs: 1_000 });
  const authority = env.address('MINTMARK_AUTHORITY_REPLICATOR', { about: "Address of the authority's replicator; without it the region's copy is not compared with the authority.", default: undefined });
  if (authority !== undefined && common.region === common.authority) env.fault('MINTMARK_AUTHORITY_REPLICATOR', 'must not be given in the authority itself');
  const authorityReplicator = authority === undefined ? undefined : `${authority.host}:${authority.port}`;
  const verify = readVerifyTimes(env);
  return env.finish(() => ({ common, rpc, ops, nats, replicas, redis, source, records, tombstones: { keepMs, everyMs }, verify, authorityReplicator }));
}

function readVerifyTimes(env: EnvironmentReader): ReplicatorConfig['verify'] {
  const { everyMs, storesEveryMs } = REPLICATOR_DEFAULTS.verify;
  return {
    everyMs: env.durationMs('MINTMARK_VERIFY_INTERVAL', { about: "How often the region's copy is compared with the authority.", default: everyMs, minMs: 1_000 }),
    storesEveryMs: env.durationMs('MINTMARK_VERIFY_STORES_INTERVAL', { about: "How often the region's view is compared with its log, record by record.", default: storesEveryMs, minMs: 1_000 }),
  };
}
