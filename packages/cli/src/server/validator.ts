import { type EnvironmentReader, readEnvironment } from '@mintmark/kit/config';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { createLogger, createMetrics } from '@mintmark/kit/telemetry';
import { startValidator, VALIDATOR_DEFAULTS, type ValidatorConfig, validatorEvents } from '@mintmark/validator';
import { openRedisViewReader } from '@mintmark/view/redis';
import { CLIENT_VARIABLES } from '../client/fallbacks.ts';
import type { Environment } from '../environment.ts';
import { PROTO_ROOT } from '../proto-root.ts';
import { readTokenTuning } from './token-tuning.ts';
import { readTokenSettings } from './tokens.ts';
import { httpUrlForm, readCommon, readListen, readRedis, regionForm } from './environment.ts';
import { readTrustedKeys } from './record-keys.ts';
import { readExposure } from './exposure.ts';
import { readWaits } from './waits.ts';

/** Runs a validator until disposed of. Throws `ConfigError` with every fault of the environment. */
export async function serveValidator(env: Environment): Promise<AsyncDisposable> {
  const { config, redis, records, logLevel } = readValidatorSettings(readEnvironment(env, { alsoKnown: CLIENT_VARIABLES }));
  const { region } = config;
  const telemetry = { logger: createLogger({ service: 'validator', region, level: logLevel }), metrics: createMetrics({ service: 'validator', region }) };
  await using stack = new AsyncDisposableStack();
  const view = stack.adopt(await openRedisViewReader({ ...redis, region }), (opened) => opened.close());
  const validator = stack.use(
    await startValidator(config, { view, records, world: systemWorld, events: validatorEvents(telemetry.logger, telemetry.metrics), ...telemetry }),
  );
  const { httpPort, rpcPort } = validator;
  telemetry.logger.info({ event: 'listening', http: httpPort, grpc: rpcPort }, `validator on ${config.http.host}:${httpPort}, gRPC on ${rpcPort}`);
  return stack.move();
}

/** What the validator reads from its environment. */
export function readValidatorSettings(env: EnvironmentReader) {
  const { region, authority, logLevel, tls } = readCommon(env);
  const http = readListen(env, 'MINTMARK_HTTP_LISTEN', 'Where the HTTP surface listens.');
  const rpc = readListen(env, 'MINTMARK_RPC_LISTEN', 'Where the gRPC surface listens.');
  const redis = readRedis(env);
  const issuer = env.address('MINTMARK_ISSUER', { about: "Address of the region's issuer." });
  const replicator = env.address('MINTMARK_REPLICATOR', { about: "Address of the region's replicator, for `mintmark region verify`.", default: undefined });
  const publicTls = env.choice('MINTMARK_RPC_TLS', ['mutual', 'off'], {
    about: 'Whether clients of the gRPC surface must show a certificate; `off` where a proxy in front of it ends TLS.',
    default: 'off',
  });
  const regions = env.map('MINTMARK_REGIONS', { key: regionForm, value: httpUrlForm }, { about: 'HTTP base URL of every region, this one included.' });
  if (regions.size > 0 && !regions.has(region)) env.fault('MINTMARK_REGIONS', `must name ${region} too`);
  const records = readTrustedKeys(env, region);
  const tokens = readTokenSettings(env);
  const tuning = { ...readTuning(env), ...readTokenTuning(env) };
  return env.finish((): { config: ValidatorConfig; redis: typeof redis; records: typeof records; logLevel: typeof logLevel } => ({
    config: {
      region,
      authority,
      http,
      rpc: { ...rpc, tls: publicTls === 'mutual' ? tls : 'insecure' },
      issuer: { address: `${issuer.host}:${issuer.port}`, tls },
      ...(replicator === undefined ? {} : { replicator: `${replicator.host}:${replicator.port}` }),
      regions: [...regions].map(([name, url]) => ({ region: name, http: url.href.replace(/\/+$/, '') })),
      tokens,
      ...tuning,
      protoRoot: PROTO_ROOT,
    },
    redis,
    records,
    logLevel,
  }));
}

function readTuning(env: EnvironmentReader) {
  const d = VALIDATOR_DEFAULTS;
  const cacheMiB = env.integer('MINTMARK_CACHE_MIB', { about: 'Memory for cached tokens, in MiB.', default: d.cacheBytes / 1_048_576, min: 2, max: 65_536 });
  const stalenessMs = env.durationMs('MINTMARK_STALENESS', { about: 'How old an answer may be: cached tokens while the view cannot be read, and the word of the authority where strictness is asked for (then at least 4s).', default: d.stalenessMs, minMs: 0 });
  const waits = readWaits(env);
  const strict = env.flag('MINTMARK_STRICT', { about: 'Whether a region that was not level with the authority within `MINTMARK_STALENESS` lets nobody in on its word.', default: d.strict });
  return { strict, cacheBytes: cacheMiB * 1_048_576, stalenessMs, ...waits, ...readExposure(env, true) };
}
