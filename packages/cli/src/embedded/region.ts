import { createSealer } from '@mintmark/keys';
import { createRecordVerifier } from '@mintmark/keys/records';
import { ISSUER_DEFAULTS, issuerEvents, startIssuer } from '@mintmark/issuer';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { showBounds } from '@mintmark/kit/overload';
import { createLogger, createMetrics, type LogLevel } from '@mintmark/kit/telemetry';
import type { Log } from '@mintmark/log';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import type { TokenSettings } from '@mintmark/oauth';
import { REPLICATOR_DEFAULTS, type ReplicatorConfig, replicatorEvents, type ReplicatorService, startReplicator } from '@mintmark/replicator';
import { startValidator, VALIDATOR_DEFAULTS, type ValidatorConfig, validatorEvents } from '@mintmark/validator';
import { openEmbeddedView } from '@mintmark/view/embedded';
import type { DataFolder } from './data.ts';
import type { EmbeddedSettings } from './settings.ts';
import { PROTO_ROOT } from '../proto-root.ts';

const LOOPBACK = '127.0.0.1';
const INSECURE = 'insecure';
const ON_LOOPBACK = { host: LOOPBACK, port: 0, tls: INSECURE } as const;

/** The part of the authority that other regions of the same process need. */
export interface AuthorityHandle {
  readonly region: string;
  readonly log: Log;
  readonly issuerAddress: string;
  readonly replicatorAddress: string;
}

export interface EmbeddedRegionOptions {
  readonly region: string;
  readonly host: string;
  readonly httpPort: number;
  readonly rpcPort: number;
  readonly data: DataFolder;
  /** Absent for the authority itself. */
  readonly authority: AuthorityHandle | undefined;
  readonly regions: readonly { readonly region: string; readonly http: string }[];
  readonly logLevel: LogLevel;
  readonly tokens: TokenSettings;
  /** Absent: as elsewhere. */
  readonly tokenLimits?: ValidatorConfig['tokenLimits'] | undefined;
  /** Absent: the defaults. */
  readonly settings?: EmbeddedSettings | undefined;
}

export interface EmbeddedRegion extends AsyncDisposable {
  readonly region: string;
  readonly http: string;
  readonly grpc: string;
  readonly handle: AuthorityHandle;
  status(): ReturnType<ReplicatorService['status']>;
}

/** One region's three services over a log in a folder and a view in memory, in this process, talking gRPC over loopback. */
export async function startEmbeddedRegion(options: EmbeddedRegionOptions): Promise<EmbeddedRegion> {
  await using stack = new AsyncDisposableStack();
  const { region, data, authority } = options;
  const world = systemWorld;
  const log = stack.adopt(await openEmbeddedLog({ path: data.logPath(region) }), (opened) => opened.close());
  const view = stack.adopt(openEmbeddedView(), (opened) => opened.close());
  const records = recordsOf(options);
  const ofReplicator = telemetry(options, 'replicator');
  const replicator = stack.use(
    await startReplicator(replicatorConfig(region, authority), { log, view, source: authority?.log, records: records.replicator, world, events: replicatorEvents(ofReplicator.logger, ofReplicator.metrics) }),
  );
  const replicatorAddress = `${LOOPBACK}:${replicator.port}`;
  const ofIssuer = telemetry(options, 'issuer');
  const issuer = stack.use(
    await startIssuer(
      {
        region,
        rpc: ON_LOOPBACK,
        ...(authority === undefined ? {} : { authority: authority.issuerAddress }),
        ...ISSUER_DEFAULTS,
        ...options.settings?.issuer,
        ...(options.settings && { platforms: options.settings.platforms((problem) => ofIssuer.logger.warn({ event: 'platforms_unreadable' }, problem)) }),
        tokens: options.tokens,
        predecessors: false,
        bootstrapResetFile: data.bootstrapResetFile(region),
        protoRoot: PROTO_ROOT,
      },
      { log, view, records: records.issuer, sealer: createSealer([data.sealingKey], world.random.bytes), world, events: issuerEvents(ofIssuer.logger, ofIssuer.metrics) },
    ),
  );
  const issuerAddress = `${LOOPBACK}:${issuer.port}`;
  for (const [{ metrics }, { bounds }] of [[ofReplicator, replicator], [ofIssuer, issuer]] as const) showBounds(metrics, bounds);
  const ofValidator = telemetry(options, 'validator');
  const validator = stack.use(
    await startValidator(
      {
        region,
        authority: authority?.region ?? region,
        http: { host: options.host, port: options.httpPort },
        rpc: { host: options.host, port: options.rpcPort, tls: INSECURE },
        issuer: { address: issuerAddress, tls: INSECURE },
        replicator: replicatorAddress,
        regions: options.regions,
        ...VALIDATOR_DEFAULTS,
        ...options.settings?.validator,
        ...(options.tokenLimits === undefined ? {} : { tokenLimits: options.tokenLimits }),
        tokens: options.tokens,
        protoRoot: PROTO_ROOT,
      },
      {
        view,
        records: records.issuer.verifier,
        world,
        events: validatorEvents(ofValidator.logger, ofValidator.metrics),
        ...ofValidator,
        alsoMetrics: [ofIssuer.metrics, ofReplicator.metrics],
        alsoReady: () => [{ name: 'replicator', ready: replicator.status().ready, detail: replicator.status().troubles.join('; ') || 'keeps the view up to date' }],
      },
    ),
  );
  const owned = stack.move();
  return {
    region,
    http: `http://${options.host}:${validator.httpPort}`,
    grpc: `${options.host}:${validator.rpcPort}`,
    handle: { region, log, issuerAddress, replicatorAddress },
    status: () => replicator.status(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function replicatorConfig(region: string, authority: AuthorityHandle | undefined): ReplicatorConfig {
  const common = { region, rpc: ON_LOOPBACK, ...REPLICATOR_DEFAULTS, protoRoot: PROTO_ROOT };
  return authority === undefined ? { ...common, authority: region } : { ...common, authority: authority.region, authorityReplicator: authority.replicatorAddress };
}

function telemetry({ region, logLevel }: EmbeddedRegionOptions, service: string) {
  const logger = createLogger({ service, region, level: logLevel, destination: process.stderr });
  return { logger, metrics: createMetrics({ service, region, process: service === 'validator' }) };
}

/** What each service signs records with; both judge with one memory. */
function recordsOf({ region, data }: EmbeddedRegionOptions) {
  const verifier = createRecordVerifier({ region, keys: data.recordKeys });
  return { issuer: { signer: data.recordSigner(region, 'issuer'), verifier }, replicator: { signer: data.recordSigner(region, 'replicator'), verifier } };
}
