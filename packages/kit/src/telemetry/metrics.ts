import { Counter as PromCounter, collectDefaultMetrics, Gauge as PromGauge, Histogram as PromHistogram, Registry } from 'prom-client';

/** Values of a metric's labels, by name. From small closed sets: methods, routes, codes, outcomes; never ids or input. */
export type Labels<Name extends string> = Readonly<Record<Name, string>>;

export interface Counter<Name extends string> {
  inc(labels: Labels<Name>, by?: number): void;
}
export interface Gauge<Name extends string> {
  set(labels: Labels<Name>, value: number): void;
}
export interface Histogram<Name extends string> {
  observe(labels: Labels<Name>, value: number): void;
}

interface Description<Name extends string> {
  /** Prometheus form, with the unit as its end: `mintmark_http_request_seconds`, `mintmark_writes_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Name[];
}

export interface Metrics {
  counter<Name extends string = never>(description: Description<Name>): Counter<Name>;
  /** With `collect`, the values are asked for at each rendering and nothing that it does not set is shown. */
  gauge<Name extends string = never>(description: Description<Name> & { readonly collect?: (set: Gauge<Name>['set']) => void }): Gauge<Name>;
  /** Default buckets: 0.25 ms to 10 s. */
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

/** A registry of its own: several services in one process do not meet. Two metrics of one name are an error. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service: options.service, region: options.region });
  if (options.process !== false) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const maxSeries = options.maxSeries ?? 500;
  return {
    counter({ name, help, labels = [] }) {
      const counter = new PromCounter({ name, help, labelNames: labels, registers });
      const bounded = bounding(labels, maxSeries);
      return { inc: (values, by = 1) => counter.inc(bounded(values), by) };
    },
    gauge({ name, help, labels = [], collect }) {
      const bounded = bounding(labels, maxSeries);
      const set = (values: Labels<string>, value: number): void => gauge.set(bounded(values), value);
      const gauge = new PromGauge({
        name,
        help,
        labelNames: labels,
        registers,
        ...(collect === undefined
          ? {}
          : {
              collect() {
                this.reset();
                collect(set);
              },
            }),
      });
      return { set };
    },
    histogram({ name, help, labels = [], buckets = SECONDS }) {
      const histogram = new PromHistogram({ name, help, labelNames: labels, buckets: [...buckets], registers });
      const bounded = bounding(labels, maxSeries);
      return { observe: (values, value) => histogram.observe(bounded(values), value) };
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Lets the first `max` label sets through and folds the rest into one, so that no input can grow the registry. */
function bounding<Name extends string>(names: readonly Name[], max: number): (labels: Labels<Name>) => Labels<Name> {
  const known = new Set<string>();
  const other = Object.fromEntries(names.map((name) => [name, 'other'])) as Labels<Name>;
  return (labels) => {
    let key = '';
    for (const name of names) key += `${labels[name]}\0`;
    if (known.has(key)) return labels;
    if (known.size >= max) return other;
    known.add(key);
    return labels;
  };
}
