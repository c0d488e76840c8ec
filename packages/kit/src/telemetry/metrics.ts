import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import { Distribution, Family, type Sample, Scalar } from './series.ts';

/** Values of a metric's labels, by name. From small closed sets: methods, routes, codes, outcomes; never ids or input. */
export type Labels<Name extends string> = Readonly<Record<Name, string>>;

export interface Counter<Name extends string> {
  inc(labels: Labels<Name>, by?: number): void;
  /** The counter of one label set, for hot paths. */
  of(labels: Labels<Name>): { inc(by?: number): void };
}
export interface Gauge<Name extends string> {
  set(labels: Labels<Name>, value: number): void;
}
export interface Histogram<Name extends string> {
  observe(labels: Labels<Name>, value: number): void;
  /** The histogram of one label set, for hot paths. */
  of(labels: Labels<Name>): { observe(value: number): void };
}

interface Description<Name extends string> {
  /** Prometheus form, with the unit as its end: `mintmark_http_request_seconds`, `mintmark_writes_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Name[];
}

export interface Metrics {
  /** With `collect`, the totals are asked for at each rendering, from whoever counts already. */
  counter<Name extends string = never>(description: Description<Name> & { readonly collect?: (total: Counter<Name>['inc']) => void }): Counter<Name>;
  /** With `collect`, the values are asked for at each rendering and nothing that it does not set is shown. */
  gauge<Name extends string = never>(description: Description<Name> & { readonly collect?: (set: Gauge<Name>['set']) => void }): Gauge<Name>;
  /** Default buckets: 0.25 ms to 10 s. Bounds must rise. */
  histogram<Name extends string = never>(description: Description<Name> & { readonly buckets?: readonly number[] }): Histogram<Name>;
  /** All metrics in the Prometheus text format. */
  render(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  readonly service: string;
  readonly region: string;
  /** Process and Node.js metrics. One service of a process shows them. Default `true`. */
  readonly process?: boolean;
  /** Label sets a metric may have; further ones are counted under `other`. Default 500. */
  readonly maxSeries?: number;
}

const SECONDS = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const MAX_SERIES = 500;
const NAME = /^[a-z_][a-z0-9_]*$/;

/** A registry of its own: several services in one process do not meet. Two metrics of one name, or a name out of form, are an error. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service: options.service, region: options.region });
  if (options.process !== false) collectDefaultMetrics({ register: registry });
  const max = options.maxSeries ?? MAX_SERIES;
  return {
    counter({ name, help, labels = [], collect }) {
      const family = new Family(labels, max, (of) => new Scalar(of));
      const inc = (of: Labels<never>, by?: number): void => family.of(of as never).inc(by);
      register(registry, 'counter', name, help, family, () => collectAnew(family, inc, collect));
      return { inc, of: (of) => family.of(of) };
    },
    gauge({ name, help, labels = [], collect }) {
      const family = new Family(labels, max, (of) => new Scalar(of));
      const set = (of: Labels<never>, value: number): void => family.of(of as never).set(value);
      register(registry, 'gauge', name, help, family, () => collectAnew(family, set, collect));
      return { set };
    },
    histogram({ name, help, labels = [], buckets = SECONDS }) {
      if (buckets.some((bound, at) => at > 0 && bound <= (buckets[at - 1] as number))) throw new Error(`buckets of ${name} do not rise`);
      const family = new Family(labels, max, (of) => new Distribution(of, buckets));
      register(registry, 'histogram', name, help, family);
      return { observe: (of, value) => family.of(of).observe(value), of: (of) => family.of(of) };
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Without `collect` the series stay as they are. */
function collectAnew<Take>(family: { clear(): void }, take: Take, collect: ((take: Take) => void) | undefined): void {
  if (collect === undefined) return;
  family.clear();
  collect(take);
}

type Samples = { samples(name: string): Sample[] };

/** The registry asks a metric for nothing but this when it renders. */
function register<Name extends string>(registry: Registry, type: string, name: string, help: string, family: Family<Name, Samples>, before?: () => void): void {
  if (!NAME.test(name)) throw new Error(`not a metric name: ${name}`);
  const get = async (): Promise<unknown> => {
    before?.();
    return { name, help, type, aggregator: 'sum', values: [...family.all()].flatMap((series) => series.samples(name)) };
  };
  registry.registerMetric({ name, help, type, get } as unknown as Metric);
}
