import { AUTHORITY_KEY, type AuthorityBody, keyText, parseFreshness } from '@mintmark/domain';
import { Acks } from './checks/acks.ts';
import { Verdicts } from './checks/broken.ts';
import { Epochs } from './checks/epochs.ts';
import { History } from './checks/history.ts';
import { type Asked, keyOf, type KnownToken, TokenJudge } from './checks/tokens.ts';
import { watchView } from './checks/views.ts';
import { REGIONS, type RegionName, type Sabotage, SimCluster, type SimRegion } from './cluster.ts';
import { Troubles } from './faults/troubles.ts';
import type { SimNode } from './kernel/node.ts';
import type { Rng } from './kernel/rng.ts';
import type { Scheduler } from './kernel/scheduler.ts';

const CLAIM_KEY = keyText(AUTHORITY_KEY);
/** How long a region's validators may take to hear of what its log has: milliseconds. */
const HEARD_WITHIN_MS = 2_000;

/** A cluster under observation: what is known of it from outside, and everybody who judges it. */
export class Scene {
  readonly cluster: SimCluster;
  readonly verdicts: Verdicts;
  readonly acks = new Acks();
  readonly epochs: Epochs;
  readonly troubles = new Troubles();
  readonly tokenJudge: TokenJudge;
  /** What clients got, by what they asked for and how it ended. */
  readonly counts = new Map<string, number>();
  readonly #scheduler: Scheduler;
  readonly #histories: ReadonlyMap<RegionName, History>;
  readonly #stale = new Map<SimNode, number>();
  readonly #unwritten = new Map<string, string>();

  constructor(scheduler: Scheduler, rng: Rng, sabotage?: Sabotage) {
    this.#scheduler = scheduler;
    this.verdicts = new Verdicts(() => ({ step: scheduler.steps, at: scheduler.now }));
    this.epochs = new Epochs(this.verdicts);
    const onDefect = (where: string, error: unknown): void => this.verdicts.broken('defect', `${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    const onRefused = (record: string, problem: string): void => {
      if (!this.#wasTamperedWith(record)) this.verdicts.broken('P10', `${record} was refused, though nobody tampered with it: ${problem}`);
    };
    const onStale = (node: SimNode): void => void this.#stale.set(node, this.staleAnswers(node) + 1);
    this.cluster = new SimCluster(scheduler, rng, { onDefect, onRefused, onStale }, sabotage);
    const histories = new Map<RegionName, History>();
    for (const name of REGIONS) histories.set(name, new History(this.cluster.region(name), histories, { acks: this.acks, epochs: this.epochs, verdicts: this.verdicts, now: () => scheduler.now }));
    this.#histories = histories;
    for (const region of this.cluster.regions) watchView(region, this.history(region.name), this.acks, this.verdicts);
    this.tokenJudge = new TokenJudge(histories, this.acks, this.epochs, this.verdicts, (region, token) => this.#wasTakenFrom(region, token));
  }

  /** Whether somebody has changed the token in the region's view, or taken it out of a log that the region may have had to take it from. */
  #wasTakenFrom(region: RegionName, token: KnownToken): boolean {
    const { viewServer, logServer } = this.cluster.region(region);
    const logs = token.scope === 'local' ? [logServer] : this.cluster.regions.map((each) => each.logServer);
    return viewServer.everTampered.has(`token/${token.id}`) || logs.some((log) => log.everErased.has(keyOf(token)));
  }

  #wasTamperedWith(record: string): boolean {
    return this.cluster.regions.some(({ viewServer }) => viewServer.everTampered.has(record));
  }

  get now(): number {
    return this.#scheduler.now;
  }

  history(region: RegionName): History {
    return this.#histories.get(region) as History;
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
    this.#scheduler.trace.note(what);
  }

  /** The epoch that a region's view shows since a while. */
  shownEpoch({ name, viewServer }: SimRegion): number {
    const shown = viewServer.shown?.watermark.revision ?? 0;
    const claim = this.history(name).of(CLAIM_KEY).findLast(({ revision, at }) => revision <= shown && at <= this.now - HEARD_WITHIN_MS);
    return claim === undefined || claim.record.deleted ? 0 : (claim.record.body as AuthorityBody).epoch;
  }

  /** Answers that a validator gave from its cache because it could not read its view. */
  staleAnswers(node: SimNode): number {
    return this.#stale.get(node) ?? 0;
  }

  /** A write was answered (P1): what it names is in the deciding region's log. */
  acknowledged(what: string, freshness: string): void {
    const read = parseFreshness(freshness);
    const region = this.cluster.regions.find(({ name }) => name === read?.region);
    if (read === undefined || region === undefined) return this.verdicts.broken('P1', `${what} was answered with the freshness ${JSON.stringify(freshness)}`);
    const { revision, incarnation } = region.logServer.head;
    const lost = this.history(region.name).losses > 0;
    if (!lost && (read.incarnation !== incarnation || read.index > revision)) this.verdicts.broken('P1', `${what} was acknowledged at ${freshness}, the log ends at ${revision}`);
    this.#judgeAuthority(what, region, read.index);
    this.acks.take(freshness, this.now);
    this.#scheduler.trace.note(`acknowledged ${what} ${freshness}`);
  }

  /** What was acknowledged of a global record was decided by the authority of its epoch, and by no issuer that should have known better (P11). */
  #judgeAuthority(what: string, region: SimRegion, index: number): void {
    const state = this.history(region.name).entryAt(index);
    if (state === undefined || state.record.scope === 'local' || state.record.origin !== undefined) return;
    if (state.unauthorized === true) return this.verdicts.broken('P11', `${what} was acknowledged at ${index} by ${region.name}, which was not the authority`);
    const began = region.issuer.process?.began ?? 0;
    if (!this.epochs.mayDecide(region.name, state.record.epoch ?? 0, Math.min(began, state.at))) this.verdicts.broken('P11', `${what} was acknowledged at ${index} by ${region.name}, whose issuer had started after another region took over`);
  }

  /** A creation was refused in words that say that nothing was written. */
  neverWritten(name: string, message: string): void {
    this.#unwritten.set(name, message);
  }

  /** A region says of itself only what its log has (P3). */
  judgeFreshness(region: SimRegion, freshness: string, asked: Asked): void {
    const read = parseFreshness(freshness);
    if (this.history(region.name).losses === 0 && read !== undefined && read.index > region.logServer.head.revision) this.verdicts.broken('P3', `${asked.node.name} claims ${freshness}, the log ends at ${region.logServer.head.revision}`);
  }

  /** What was refused was not written, at any time (P14). */
  judgeRefusals(): void {
    for (const history of this.#histories.values()) {
      for (const { record } of [...history.keys()].flatMap((key) => history.ever(key))) {
        const name = record.kind === 'token' && !record.deleted ? (record.body as { readonly name: string }).name : '';
        const message = this.#unwritten.get(name);
        if (message !== undefined) return this.verdicts.broken('P14', `${keyText(record)} was written in ${history.region}, though its client was told: ${message}`);
      }
    }
  }
}
