import type { Broken } from './checks/broken.ts';
import { hasConverged, judgeRest, judgeStores } from './checks/convergence.ts';
import type { Sabotage } from './cluster.ts';
import { heal, strike } from './faults/apply.ts';
import { watchCrypto } from './kernel/crypto.ts';
import { Rng } from './kernel/rng.ts';
import { Scheduler } from './kernel/scheduler.ts';
import { Trace } from './kernel/trace.ts';
import type { Plan } from './plan.ts';
import { Scene } from './scene.ts';
import { Clients } from './workload/client.ts';

export interface RunOptions {
  readonly sabotage?: Sabotage;
  /** Whether the newest steps are kept. */
  readonly keepTrace?: boolean;
}

export interface RunResult {
  readonly seed: number;
  /** The same for the same plan: every step, in order. */
  readonly hash: string;
  readonly steps: number;
  readonly virtualMs: number;
  readonly broken: Broken | undefined;
  readonly newest: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
}

const BOOT_MS = 8_000;
/** Faults have stopped: so long may it take until everything is as it should be. */
const CONVERGES_WITHIN_MS = 30_000;
const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 100;
const SAVE_EVERY_MS = 700;
const OFF_BY_MS = 1_500;
const APART_BY_MS = 300_000;
const FAST_BY = 0.02;

/** Runs a plan to its end, or to the first promise that is broken. */
export async function simulate(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  watchCrypto();
  const trace = new Trace(options.keepTrace === true);
  const scheduler = new Scheduler(trace);
  const rng = new Rng(`seed ${plan.seed}`);
  const scene = new Scene(scheduler, rng, options.sabotage);
  const run = new Run(plan, scheduler, scene, rng);
  await run.all().finally(() => scene.cluster.bury());
  return { seed: plan.seed, hash: trace.hash, steps: scheduler.steps, virtualMs: scheduler.now, broken: scene.verdicts.first, newest: trace.newest, counts: scene.counts };
}

class Run {
  readonly #plan: Plan;
  readonly #scheduler: Scheduler;
  readonly #scene: Scene;
  readonly #clients: Clients;
  readonly #rng: Rng;
  #underWay = 0;

  constructor(plan: Plan, scheduler: Scheduler, scene: Scene, rng: Rng) {
    this.#plan = plan;
    this.#scheduler = scheduler;
    this.#scene = scene;
    this.#rng = rng;
    this.#clients = new Clients(scene);
  }

  async all(): Promise<void> {
    this.#setClocks();
    this.#saveViews();
    this.#scene.cluster.start();
    await this.#boot();
    if (this.#over()) return;
    await this.#actAndSuffer();
    if (this.#over()) return;
    heal(this.#scene.cluster);
    await this.#until(() => hasConverged(this.#scene), CONVERGES_WITHIN_MS, 'P7', 'the regions do not converge');
    if (this.#over()) return;
    // In the very moment: what expires is swept also when nobody asks for anything.
    judgeStores(this.#scene);
    await this.#finish(() => judgeRest(this.#scene, this.#clients));
  }

  #setClocks(): void {
    if (this.#plan.clocks === 'right') return;
    const rng = this.#rng.fork('clocks');
    if (this.#plan.clocks === 'apart') {
      for (const { issuer } of this.#scene.cluster.regions) issuer.clock.offset = rng.between(-APART_BY_MS, APART_BY_MS);
      return;
    }
    for (const { clock } of this.#scene.cluster.machines) {
      clock.offset = rng.between(-OFF_BY_MS, OFF_BY_MS);
      clock.rate = 1 + rng.between(-FAST_BY, FAST_BY);
    }
  }

  /** Each view's store saves what it has now and then: the rest is lost when it restarts. */
  #saveViews(): void {
    const rng = this.#rng.fork('saves');
    for (const { viewServer, view } of this.#scene.cluster.regions) {
      const save = (): void => {
        viewServer.save();
        this.#scheduler.after(rng.between(SAVE_EVERY_MS / 2, SAVE_EVERY_MS * 1.5), `${view.name} saves`, save);
      };
      save();
    }
  }

  async #boot(): Promise<void> {
    const tried = async (): Promise<void> => {
      while (!this.#clients.ready) {
        await this.#clients.bootstrap();
        await this.#scene.cluster.authority.client.world.timers.sleep(LOOK_EVERY_MS);
      }
    };
    this.#scheduler.after(1_200, 'bootstrap', () => void this.#track(tried()));
    await this.#until(() => this.#clients.ready, BOOT_MS, 'P1', 'the cluster cannot be bootstrapped');
  }

  async #actAndSuffer(): Promise<void> {
    for (const operation of this.#plan.operations) {
      this.#scheduler.after(operation.at, `operation ${operation.n} ${operation.kind}`, () => void this.#track(this.#clients.perform(operation)));
    }
    for (const fault of this.#plan.faults) this.#scheduler.after(fault.at, `fault ${fault.n} ${fault.kind}`, () => this.#suffer(fault));
    const last = Math.max(0, ...this.#plan.operations.map(({ at }) => at), ...this.#plan.faults.map(({ at, lasts }) => at + lasts));
    await this.#scheduler.run(this.#scheduler.now + last + 1, () => this.#over());
    await this.#until(() => this.#underWay === 0, PATIENCE_MS, 'P14', 'a client waits longer than anybody may');
  }

  #suffer(fault: Plan['faults'][number]): void {
    const { nodes, end, lasting = false } = strike(this.#scene.cluster, fault);
    const trouble = this.#scene.troubles.begin(nodes, this.#scheduler.now);
    if (lasting) return;
    if (end === undefined) return trouble.end(this.#scheduler.now);
    this.#scheduler.after(fault.lasts, `fault ${fault.n} ends`, () => {
      end();
      trouble.end(this.#scheduler.now);
    });
  }

  async #finish(work: () => Promise<void>): Promise<void> {
    let done = false;
    this.#scheduler.after(1, 'judge', () => {
      void this.#track(
        work().then(() => {
          done = true;
        }),
      );
    });
    await this.#until(() => done, PATIENCE_MS, 'P14', 'a client at rest waits longer than anybody may');
  }

  /** Goes on until it holds; beyond the time the promise is broken. */
  async #until(holds: () => boolean, withinMs: number, promise: string, otherwise: string): Promise<void> {
    const end = this.#scheduler.now + withinMs;
    while (!holds() && !this.#over()) {
      if (this.#scheduler.now >= end) return this.#scene.verdicts.broken(promise, otherwise);
      await this.#scheduler.run(this.#scheduler.now + LOOK_EVERY_MS, () => this.#over());
    }
  }

  async #track(work: Promise<void>): Promise<void> {
    this.#underWay += 1;
    try {
      await work;
    } catch (error) {
      this.#scene.verdicts.broken('defect', error instanceof Error ? (error.stack ?? error.message) : String(error));
    } finally {
      this.#underWay -= 1;
    }
  }

  #over(): boolean {
    return this.#scene.verdicts.first !== undefined;
  }
}
