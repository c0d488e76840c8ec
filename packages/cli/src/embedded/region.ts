import { createSealer } from '@mintmark/keys';
import { createRecordVerifier } from '@mintmark/keys/records';
import { ISSUER_DEFAULTS, issuerEvents, type IssuerService, startIssuer } from '@mintmark/issuer';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { createLogger, createMetrics, type LogLevel } from '@mintmark/kit/telemetry';
import type { Log } from '@mintmark/log';
import { openEmbeddedLog } from '@mintmark/log/embedded';
import type { TokenSettings } from '@mintmark/oauth';
import { REPLICATOR_DEFAULTS, replicatorEvents, type ReplicatorService, startReplicator } from '@mintmark/replicator';
import { startValidator, VALIDATOR_DEFAULTS, type ValidatorConfig, validatorEvents } from '@mintmark/validator';
import { openEmbeddedView } from '@mintmark/view/embedded';
import type { DataFolder } from './data.ts';
import type { EmbeddedSettings } from './settings.ts';
import { PROTO_ROOT } from '../proto-root.ts';

const LOOPBACK = '127.0.0.1';
const INSECURE = 'insecure';
const ON_LOOPBACK = { host: LOOPBACK, port: 0, tls: INSECURE } as const;

/** What the regions of one process know of each other. Each adds itself when it starts. */
export interface Neighbours {
  /** The region that is the authority as long as none was promoted. */
  readonly authority: string;
  readonly logs: Map<string, Log>;
  /** Addresses of issuers by region; empty for those that have not started yet. */
  readonly issuers: Record<string, string>;
  /** As `issuers`. */
  readonly replicators: Record<string, string>;
}

export interface EmbeddedRegionOptions {
  readonly region: string;
  readonly host: string;
  readonly httpPort: number;
  readonly rpcPort: number;
  readonly data: DataFolder;
  readonly neighbours: Neighbours;
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
  status(): ReturnType<ReplicatorService['status']>;
  /** Whether global writes find somebody to decide about them. */
  decided(): boolean;
}

/** One region's three services over a log in a folder and a view in memory, in this process, talking gRPC over loopback. */
export async function startEmbeddedRegion(options: EmbeddedRegionOptions): Promise<EmbeddedRegion> {
  await using stack = new AsyncDisposableStack();
  const { region, data, neighbours, neighbours: { authority } } = options;
  const telemetry = telemetryOf(options);
  const records = recordsOf(options);
  const log = stack.adopt(await openEmbeddedLog({ path: data.logPath(region) }), (opened) => opened.close());
  const view = stack.adopt(openEmbeddedView(), (opened) => opened.close());
  neighbours.logs.set(region, log);

  const [ofReplicator, ofIssuer, ofValidator] = ['replicator', 'issuer', 'validator'].map(telemetry) as [Telemetry, Telemetry, Telemetry];
  const replicator = stack.use(
    await startReplicator(
      { region, authority, replicators: neighbours.replicators, rpc: ON_LOOPBACK, ...REPLICATOR_DEFAULTS, protoRoot: PROTO_ROOT },
      { log, view, sourceOf: (other) => neighbours.logs.get(other), records: records.replicator, world: systemWorld, events: replicatorEvents(ofReplicator.logger, ofReplicator.metrics), metrics: ofReplicator.metrics },
    ),
  );
  neighbours.replicators[region] = `${LOOPBACK}:${replicator.port}`;
  const issuer = stack.use(
    await startIssuer(
      issuerConfig(options, ofIssuer),
      { log, view, records: records.issuer, sealer: createSealer([data.sealingKey], systemWorld.random.bytes), world: systemWorld, events: issuerEvents(ofIssuer.logger, ofIssuer.metrics), metrics: ofIssuer.metrics },
    ),
  );
  const address = `${LOOPBACK}:${issuer.port}`;
  neighbours.issuers[region] = address;
  const validator = stack.use(
    await startValidator(
      {
        region,
        authority,
        http: { host: options.host, port: options.httpPort },
        rpc: { host: options.host, port: options.rpcPort, tls: INSECURE },
        issuer: { address, tls: INSECURE },
        replicator: neighbours.replicators[region] ?? '',
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
        world: systemWorld,
        events: validatorEvents(ofValidator.logger, ofValidator.metrics),
        ...ofValidator,
        alsoMetrics: [ofIssuer.metrics, ofReplicator.metrics],
        alsoReady: () => readinessOf(issuer, replicator),
      },
    ),
  );
  const owned = stack.move();
  return {
    region,
    http: `http://${options.host}:${validator.httpPort}`,
    grpc: `${options.host}:${validator.rpcPort}`,
    status: () => replicator.status(),
    decided: () => issuer.status().authority.ready,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

type Telemetry = ReturnType<ReturnType<typeof telemetryOf>>;

function issuerConfig(options: EmbeddedRegionOptions, { logger }: Telemetry) {
  const { region, data, neighbours: { authority, issuers } } = options;
  return {
    region,
    rpc: ON_LOOPBACK,
    authority,
    issuers,
    ...ISSUER_DEFAULTS,
    ...options.settings?.issuer,
    ...(options.settings && { platforms: options.settings.platforms((problem) => logger.warn({ event: 'platforms_unreadable' }, problem)) }),
    tokens: options.tokens,
    predecessors: false,
    bootstrapResetFile: data.bootstrapResetFile(region),
    protoRoot: PROTO_ROOT,
  };
}

function telemetryOf({ region, logLevel: level }: EmbeddedRegionOptions) {
  return (service: string) => {
    const logger = createLogger({ service, region, level, destination: process.stderr });
    return { logger, metrics: createMetrics({ service, region, process: service === 'validator' }) };
  };
}

function readinessOf(issuer: IssuerService, replicator: ReplicatorService) {
  const { ready, troubles } = replicator.status();
  return [
    { name: 'authority', ...issuer.status().authority },
    { name: 'replicator', ready, detail: troubles.join('; ') || 'keeps the view up to date' },
  ];
}

/** What each service signs records with; both judge with one memory. */
function recordsOf({ region, data }: EmbeddedRegionOptions) {
  const verifier = createRecordVerifier({ region, keys: data.recordKeys, good: data.good });
  return { issuer: { signer: data.recordSigner(region, 'issuer'), verifier }, replicator: { signer: data.recordSigner(region, 'replicator'), verifier } };
}
