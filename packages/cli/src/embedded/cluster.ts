import type { LogLevel } from '@mintmark/kit/telemetry';
import { DEFAULT_AUDIENCES } from '../server/tokens.ts';
import { type DataFolder, openDataFolder } from './data.ts';
import { type EmbeddedRegion, type EmbeddedRegionOptions, type Neighbours, startEmbeddedRegion } from './region.ts';

/** Ports between two regions; gRPC listens one above HTTP. */
const PORT_STEP = 100;

export interface EmbeddedClusterOptions {
  readonly data: string;
  /** The first is the authority as long as none was promoted. */
  readonly regions: readonly string[];
  readonly host: string;
  /** HTTP port of the first region. */
  readonly port: number;
  readonly logLevel: LogLevel;
  /** How often clients may ask for tokens; absent: as elsewhere. */
  readonly tokenLimits?: EmbeddedRegionOptions['tokenLimits'];
  /** Absent: the defaults. */
  readonly settings?: EmbeddedRegionOptions['settings'];
}

export interface EmbeddedCluster extends AsyncDisposable {
  readonly regions: readonly EmbeddedRegion[];
}

/** Starts all regions in this process. */
export async function startEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  const data = await openDataFolder(options.data, options.regions);
  await using stack = new AsyncDisposableStack();
  const addresses = options.regions.map((region, at) => ({ region, http: `http://${options.host}:${options.port + PORT_STEP * at}` }));
  const regions: EmbeddedRegion[] = [];
  const [authority = ''] = options.regions;
  const neighbours: Neighbours = { authority, logs: new Map(), issuers: unknown(options.regions), replicators: unknown(options.regions) };
  for (const [at, region] of options.regions.entries()) {
    regions.push(stack.use(await startEmbeddedRegion(regionOptions(options, data, addresses, { region, at, neighbours }))));
  }
  const owned = stack.move();
  return { regions, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function unknown(regions: readonly string[]): Record<string, string> {
  return Object.fromEntries(regions.map((region) => [region, '']));
}

function regionOptions(
  options: EmbeddedClusterOptions,
  data: DataFolder,
  regions: readonly { readonly region: string; readonly http: string }[],
  { region, at, neighbours }: { readonly region: string; readonly at: number; readonly neighbours: Neighbours },
) {
  const httpPort = options.port + PORT_STEP * at;
  const first = regions[0]?.http ?? '';
  const tokens = options.settings?.tokens(first) ?? { issuer: first, audiences: DEFAULT_AUDIENCES };
  return { region, host: options.host, httpPort, rpcPort: httpPort + 1, data, neighbours, regions, logLevel: options.logLevel, tokens, tokenLimits: options.tokenLimits, settings: options.settings };
}
