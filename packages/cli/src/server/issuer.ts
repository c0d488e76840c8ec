import { addressForm, type EnvironmentReader, readEnvironment } from '@mintmark/kit/config';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { createLogger, createMetrics } from '@mintmark/kit/telemetry';
import { createSealer } from '@mintmark/keys';
import { issuerEvents, startIssuer } from '@mintmark/issuer';
import { openNatsLog } from '@mintmark/log/nats';
import { openRedisViewReader } from '@mintmark/view/redis';
import { CLIENT_VARIABLES } from '../client/fallbacks.ts';
import type { Environment } from '../environment.ts';
import { PROTO_ROOT } from '../proto-root.ts';
import { readLimits } from './limits.ts';
import { readCommon, readListen, readNats, readRedis, readReplicas, regionForm } from './environment.ts';
import { serveOps } from './ops.ts';
import { readPlatforms } from './platforms.ts';
import { readKeySettings } from './signing-keys.ts';
import { readTokenSettings } from './tokens.ts';
import { readSignIn } from './sign-in.ts';
import { readRecordKeys } from './record-keys.ts';
import { readSealingKeys } from './sealing-keys.ts';

/** Runs a region's issuer until disposed of. Throws `ConfigError` with every fault of the environment. */
export async function serveIssuer(env: Environment): Promise<AsyncDisposable> {
  const settings = readIssuerSettings(readEnvironment(env, { alsoKnown: CLIENT_VARIABLES }));
  const { region } = settings.common;
  const telemetry = { logger: createLogger({ service: 'issuer', region, level: settings.common.logLevel }), metrics: createMetrics({ service: 'issuer', region }) };
  await using stack = new AsyncDisposableStack();
  const onWarning = (warning: string): void => telemetry.logger.warn({ event: 'log_warning' }, warning);
  const log = stack.adopt(await openNatsLog({ ...settings.nats, region, replicas: settings.replicas, onWarning }), (opened) => opened.close());
  const view = stack.adopt(await openRedisViewReader({ ...settings.redis, region }), (opened) => opened.close());
  const issuer = stack.use(
    await startIssuer(
      {
        region,
        rpc: { ...settings.rpc, tls: settings.common.tls },
        authority: settings.common.authority,
        issuers: settings.issuers,
        ...settings.limits,
        tokens: settings.tokens,
        keys: settings.keys,
        platforms: settings.platforms((problem) => telemetry.logger.warn({ event: 'platforms_unreadable' }, problem)),
        provider: settings.provider,
        predecessors: true,
        bootstrapResetFile: settings.bootstrapResetFile,
        protoRoot: PROTO_ROOT,
      },
      { log, view, records: settings.records, sealer: createSealer(settings.sealingKeys, systemWorld.random.bytes), world: systemWorld, events: issuerEvents(telemetry.logger, telemetry.metrics), metrics: telemetry.metrics },
    ),
  );
  stack.use(await serveOps(settings.ops, telemetry, () => [
      { name: 'view', ...issuer.status() },
      { name: 'authority', ...issuer.status().authority },
    ]));
  telemetry.logger.info({ event: 'listening', surface: 'grpc', port: issuer.port }, `issuer on ${settings.rpc.host}:${issuer.port}`);
  return stack.move();
}

/** What the issuer reads from its environment. */
export function readIssuerSettings(env: EnvironmentReader) {
  const common = readCommon(env);
  const rpc = readListen(env, 'MINTMARK_RPC_LISTEN', 'Where the gRPC surface listens.');
  const ops = readListen(env, 'MINTMARK_OPS_LISTEN', 'Where /healthz, /readyz and /metrics listen.');
  const nats = readNats(env);
  const replicas = readReplicas(env);
  const redis = readRedis(env);
  const issuers = env.map('MINTMARK_ISSUERS', { key: regionForm, value: addressForm({}) }, { about: "Address of every region's issuer; this one's own may be among them. Without the others no region can be promoted.", default: undefined });
  if (common.region !== common.authority && issuers?.has(common.authority) !== true) env.fault('MINTMARK_ISSUERS', `must name ${common.authority}, the authority`);
  const sealingKeys = readSealingKeys(env);
  const records = readRecordKeys(env, common.region);
  const bootstrapResetFile = env.text('MINTMARK_BOOTSTRAP_RESET_FILE', {
    about: 'File that `mintmark operator bootstrap-reset --file` writes; used up by the next bootstrap.',
    default: '/var/lib/mintmark/acl-bootstrap-reset',
  });
  const limits = readLimits(env);
  const tokens = readTokenSettings(env);
  const keys = readKeySettings(env);
  const platforms = readPlatforms(env);
  const provider = readSignIn(env);
  return env.finish(() => ({
    common,
    rpc,
    ops,
    nats,
    replicas,
    redis,
    sealingKeys,
    records,
    bootstrapResetFile,
    limits,
    tokens,
    keys,
    platforms,
    provider,
    issuers: Object.fromEntries([...(issuers ?? [])].map(([name, { host, port }]) => [name, `${host}:${port}`])),
  }));
}
