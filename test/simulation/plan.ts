import { REGIONS, type RegionName } from './cluster.ts';
import { Rng } from './kernel/rng.ts';

const OPERATIONS = {
  mint: 15,
  validate: 38,
  authorize: 13,
  update: 5,
  revoke: 11,
  putPolicy: 6,
  deletePolicy: 2,
  watch: 6,
  putUser: 2,
  deleteUser: 2,
} as const;

const FAULTS = {
  cut: 18,
  oneWay: 8,
  isolate: 5,
  aside: 10,
  lossy: 10,
  slow: 10,
  twice: 4,
  crash: 18,
  freeze: 12,
  viewRestart: 5,
  viewEmptied: 3,
  viewLost: 3,
  clockJump: 4,
  badRecord: 3,
  logTailLost: 4,
  logLost: 3,
} as const;

/** What alters a store behind everybody's back. Numbers of their own, so that they change nothing about the rest of a plan. */
const TAMPERINGS = {
  logErased: 3,
  viewErased: 2,
  viewAltered: 2,
} as const;

export type OperationKind = keyof typeof OPERATIONS | 'promote';
export type FaultKind = keyof typeof FAULTS | keyof typeof TAMPERINGS;

/** One thing that a client does. What it does it to is chosen by the numbers among what there is then. */
export interface PlannedOperation {
  readonly n: number;
  /** Milliseconds since the clients began. */
  readonly at: number;
  readonly region: RegionName;
  readonly kind: OperationKind;
  /** Uniform in [0, 1). */
  readonly dice: readonly [number, number, number, number];
}

export interface PlannedFault {
  readonly n: number;
  readonly at: number;
  readonly lasts: number;
  readonly kind: FaultKind;
  readonly dice: readonly [number, number, number];
}

/** Everything that is decided before a simulation begins. The rest follows from the seed. */
export interface Plan {
  readonly seed: number;
  readonly operations: readonly PlannedOperation[];
  readonly faults: readonly PlannedFault[];
  /**
   * How far each machine's wall clock is off, and how fast it goes, by a number of its own; `apart`: issuers' clocks by minutes, the others' not at all, so that nothing is
   * said of when something expires.
   */
  readonly clocks: 'right' | 'off' | 'apart';
}

export interface PlanOptions {
  readonly operations: number;
  /** Milliseconds between two operations, about. */
  readonly everyMs: number;
}

const DEFAULTS: PlanOptions = { operations: 200, everyMs: 60 };

/** Every fifth seed has no faults: what it demands of a calm system is more. */
export function planOf(seed: number, options: PlanOptions = DEFAULTS): Plan {
  const rng = new Rng(`plan ${seed}`);
  const calm = seed % 5 === 0;
  const lasts = options.operations * options.everyMs;
  return {
    seed,
    operations: [...operationsOf(rng.fork('operations'), options), ...promotionsOf(rng.fork('promotions'), options, lasts)],
    faults: calm ? [] : [...faultsOf(rng.fork('faults'), lasts), ...tamperingsOf(rng.fork('tamperings'), lasts)],
    clocks: calm ? 'right' : rng.pick(['right', 'right', 'right', 'off', 'off', 'apart']),
  };
}

function operationsOf(rng: Rng, { operations, everyMs }: PlanOptions): PlannedOperation[] {
  let at = 0;
  return Array.from({ length: operations }, (_, n) => {
    at += rng.chance(0.15) ? 0 : rng.between(0, 2.3 * everyMs);
    const kind = n < 6 ? (n % 2 === 0 ? 'mint' : 'putPolicy') : rng.weighted(OPERATIONS);
    return { n, at, region: rng.pick(REGIONS), kind, dice: [rng.fraction(), rng.fraction(), rng.fraction(), rng.fraction()] };
  });
}

/** In one seed of three the authority is handed over, once to three times. */
function promotionsOf(rng: Rng, { operations }: PlanOptions, lastMs: number): PlannedOperation[] {
  if (!rng.chance(1 / 3)) return [];
  return Array.from({ length: 1 + rng.below(3) }, (_, n) => ({
    n: operations + n,
    at: rng.between(0.1 * lastMs, 0.9 * lastMs),
    region: rng.pick(REGIONS),
    kind: 'promote' as const,
    dice: [rng.fraction(), rng.fraction(), rng.fraction(), rng.fraction()] as const,
  }));
}

function faultsOf(rng: Rng, lastMs: number): PlannedFault[] {
  const count = 1 + rng.below(12);
  const faults = Array.from({ length: count }, (_, n) => {
    const long = rng.chance(0.2);
    const lasts = long ? rng.between(3_000, 9_000) : rng.between(50, 2_500);
    return { n, at: rng.between(0, lastMs * 0.95), lasts, kind: rng.weighted(FAULTS), dice: [rng.fraction(), rng.fraction(), rng.fraction()] } satisfies PlannedFault;
  });
  return faults.sort((a, b) => a.at - b.at);
}

function tamperingsOf(rng: Rng, lastMs: number): PlannedFault[] {
  const count = rng.chance(0.4) ? 1 + rng.below(3) : 0;
  return Array.from({ length: count }, (_, n) => ({
    n: 100 + n,
    at: rng.between(lastMs * 0.1, lastMs * 0.95),
    lasts: 0,
    kind: rng.weighted(TAMPERINGS),
    dice: [rng.fraction(), rng.fraction(), rng.fraction()],
  }));
}
