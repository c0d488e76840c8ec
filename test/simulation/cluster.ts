import type { RecordRole, RecordSigner, RecordVerifier } from '@mintmark/keys/records';
import type { Log } from '@mintmark/log';
import type { StatusSources } from '@mintmark/replicator/parts';
import type { View } from '@mintmark/view';
import { LogServer } from './stores/log-server.ts';
import { SimLog } from './stores/log.ts';
import { SimView } from './stores/view.ts';
import { ViewServer } from './stores/view-server.ts';
import { Network } from './kernel/network.ts';
import { SimNode, SimProcess } from './kernel/node.ts';
import type { Rng } from './kernel/rng.ts';
import type { Scheduler } from './kernel/scheduler.ts';
import type { OnDefect, OnRefused } from './services/defects.ts';
import { runIssuer } from './services/issuer.ts';
import type { IssuerPlace, IssuerSurface } from './services/peers.ts';
import { simulatedSigner, simulatedVerifier } from './services/record-keys.ts';
import { runReplicator } from './services/replicator.ts';
import { runValidator, type ValidatorSurface } from './services/validator.ts';

export const REGIONS = ['us', 'eu', 'ap'] as const;
export type RegionName = (typeof REGIONS)[number];
export const AUTHORITY: RegionName = 'us';

/** Validators of a region: one has two, so that what one of them says can be held against the other. */
const VALIDATORS: Readonly<Record<RegionName, number>> = { us: 2, eu: 1, ap: 1 };
const FEED_LIMIT = 60;

export interface SimRegion {
  readonly name: RegionName;
  readonly issuer: SimNode;
  readonly validators: readonly SimNode[];
  readonly replicator: SimNode;
  readonly log: SimNode;
  readonly view: SimNode;
  readonly logServer: LogServer;
  readonly viewServer: ViewServer;
  /** Where the region's clients are. */
  readonly client: SimProcess;
}

/** Hears of what a judge needs to know of single processes. */
export interface ClusterEvents {
  readonly onDefect: OnDefect;
  readonly onRefused: OnRefused;
  readonly onStale: (validator: SimNode) => void;
}

/** Whose handle on a log it is; `source` is that of another region's replicator on the authority's. */
export type LogRole = 'issuer' | 'replicator' | 'source';
export type ViewRole = 'issuer' | 'replicator' | 'validator';

/** What is put in the place of a part, or done to it, to see whether anybody notices. */
export interface Sabotage {
  log?(log: Log, role: LogRole): Log;
  view?(view: View, role: ViewRole): View;
  signer?(signer: RecordSigner, role: RecordRole): RecordSigner;
  verifier?(verifier: RecordVerifier, role: RecordRole | 'validator'): RecordVerifier;
  issuer?(surface: IssuerSurface, process: SimProcess): void;
  replicator?(sources: StatusSources, process: SimProcess): void;
  validator?(surface: ValidatorSurface, process: SimProcess): void;
}

/** Three regions of real services over simulated stores and a simulated network. */
export class SimCluster {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly regions: readonly SimRegion[];
  readonly #rng: Rng;
  readonly #events: ClusterEvents;
  readonly #sabotage: Sabotage;
  readonly #issuers = new WeakMap<SimProcess, IssuerSurface>();
  readonly #replicators = new WeakMap<SimProcess, StatusSources>();
  readonly #validators = new WeakMap<SimProcess, ValidatorSurface>();
  readonly #processes: SimProcess[] = [];

  constructor(scheduler: Scheduler, rng: Rng, events: ClusterEvents, sabotage: Sabotage = {}) {
    this.scheduler = scheduler;
    this.#rng = rng;
    this.#events = events;
    this.#sabotage = sabotage;
    this.network = new Network(scheduler, rng.fork('network'));
    this.regions = REGIONS.map((name) => this.#region(name));
  }

  region(name: RegionName): SimRegion {
    return this.regions.find((region) => region.name === name) as SimRegion;
  }

  get authority(): SimRegion {
    return this.region(AUTHORITY);
  }

  /** Every machine on which services run. */
  get machines(): readonly SimNode[] {
    return this.regions.flatMap(({ issuer, validators, replicator }) => [issuer, ...validators, replicator]);
  }

  start(): void {
    for (const region of this.regions) for (const node of [region.replicator, region.issuer, ...region.validators]) this.startOn(node);
  }

  /** Starts the machine's service where it does not run. */
  startOn(node: SimNode): void {
    if (node.process !== undefined) return;
    const process = new SimProcess(node, this.scheduler, this.#rng.fork(`${node.name} life ${this.#processes.length}`));
    this.#processes.push(process);
    node.process = process;
    const region = this.region(node.region as RegionName);
    if (node === region.issuer) this.#startIssuer(process, region);
    else if (node === region.replicator) this.#startReplicator(process, region);
    else this.#startValidator(process, region);
  }

  /** The simulation is over. */
  bury(): void {
    for (const process of this.#processes) process.bury();
  }

  validatorOn(node: SimNode): ValidatorSurface | undefined {
    return node.process === undefined ? undefined : this.#validators.get(node.process);
  }

  validatorOf(process: SimProcess): ValidatorSurface | undefined {
    return this.#validators.get(process);
  }

  issuerOn(node: SimNode): IssuerSurface | undefined {
    return node.process === undefined ? undefined : this.#issuers.get(node.process);
  }

  #startIssuer(process: SimProcess, region: SimRegion): void {
    const issuers = new Map(this.regions.map((other) => [other.name, this.#issuerPlace(other)]));
    const surface = runIssuer(process, { log: this.#log(process, region, 'issuer'), view: this.#view(process, region, 'issuer'), authority: AUTHORITY, issuers, records: this.#records(region, 'issuer'), onDefect: this.#events.onDefect, onRefused: this.#events.onRefused });
    this.#issuers.set(process, surface);
    this.#sabotage.issuer?.(surface, process);
  }

  #startReplicator(process: SimProcess, region: SimRegion): void {
    const sources = new Map(this.regions.filter((other) => other !== region).map((other) => [other.name as string, this.#log(process, other, 'source')]));
    const ports = { log: this.#log(process, region, 'replicator'), view: this.#view(process, region, 'replicator') };
    const places = new Map(this.regions.map((other) => [other.name as string, { network: this.network, node: other.replicator, sources: (there: SimProcess) => this.#replicators.get(there) }]));
    const running = runReplicator(process, { ...ports, sourceOf: (name) => sources.get(name), places, authority: AUTHORITY, records: this.#records(region, 'replicator'), onDefect: this.#events.onDefect, onRefused: this.#events.onRefused });
    this.#replicators.set(process, running);
    this.#sabotage.replicator?.(running, process);
  }

  #startValidator(process: SimProcess, region: SimRegion): void {
    const surface = runValidator(process, {
      view: this.#view(process, region, 'validator'),
      issuer: this.#issuerPlace(region),
      authority: AUTHORITY,
      records: this.#verifier(region, 'validator'),
      onDefect: this.#events.onDefect, onRefused: this.#events.onRefused,
      onStale: () => this.#events.onStale(process.node),
    });
    this.#validators.set(process, surface);
    this.#sabotage.validator?.(surface, process);
  }

  #records({ name }: SimRegion, role: RecordRole): { readonly signer: RecordSigner; readonly verifier: RecordVerifier } {
    const signer = simulatedSigner(name, role);
    return { signer: this.#sabotage.signer?.(signer, role) ?? signer, verifier: this.#verifier(this.region(name), role) };
  }

  #verifier({ name }: SimRegion, role: RecordRole | 'validator'): RecordVerifier {
    const verifier = simulatedVerifier(name, REGIONS);
    return this.#sabotage.verifier?.(verifier, role) ?? verifier;
  }

  #issuerPlace(region: SimRegion): IssuerPlace {
    return { network: this.network, node: region.issuer, surface: (process) => this.#issuers.get(process) };
  }

  #log(process: SimProcess, region: SimRegion, role: LogRole): Log {
    const log = new SimLog(process, { network: this.network, node: region.log, server: region.logServer });
    return this.#sabotage.log?.(log, role) ?? log;
  }

  #view(process: SimProcess, region: SimRegion, role: ViewRole): View {
    const view = new SimView(process, { network: this.network, node: region.view, server: region.viewServer });
    return this.#sabotage.view?.(view, role) ?? view;
  }

  #region(name: RegionName): SimRegion {
    const rng = this.#rng.fork(`stores of ${name}`);
    const node = (part: string): SimNode => new SimNode(`${name}/${part}`, name);
    const id = (): string => Buffer.from(rng.bytes(16)).toString('base64url');
    return {
      name,
      issuer: node('issuer'),
      validators: Array.from({ length: VALIDATORS[name] }, (_, at) => node(`validator.${at}`)),
      replicator: node('replicator'),
      log: node('log'),
      view: node('view'),
      logServer: new LogServer(id()),
      viewServer: new ViewServer(id, FEED_LIMIT),
      client: new SimProcess(node('client'), this.scheduler, rng.fork('client')),
    };
  }
}
