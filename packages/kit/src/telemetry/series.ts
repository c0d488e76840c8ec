import type { Labels } from './metrics.ts';

/**
 * The values of one metric by label set. The first `max` sets get a value of their own, further ones share one under `other`, so that no input
 * can grow the registry. Kept outside prom-client, which hashes the labels at each observation: four microseconds a request.
 */
export class Family<Name extends string, Series> {
  readonly #names: readonly Name[];
  readonly #max: number;
  readonly #make: (labels: Labels<Name>) => Series;
  readonly #series = new Map<string, Series>();

  constructor(names: readonly Name[], max: number, make: (labels: Labels<Name>) => Series) {
    this.#names = names;
    this.#max = max;
    this.#make = make;
  }

  of(labels: Labels<Name>): Series {
    let key = '';
    for (const name of this.#names) key += `${labels[name]}\0`;
    return this.#series.get(key) ?? this.#add(key, labels);
  }

  all(): Iterable<Series> {
    return this.#series.values();
  }

  /** Forgets all values: what is collected anew at each rendering would otherwise keep what is gone. */
  clear(): void {
    this.#series.clear();
  }

  #add(key: string, labels: Labels<Name>): Series {
    if (this.#series.size >= this.#max && this.#names.some((name) => labels[name] !== 'other')) {
      return this.of(Object.fromEntries(this.#names.map((name) => [name, 'other'])) as Labels<Name>);
    }
    const series = this.#make(Object.fromEntries(this.#names.map((name) => [name, String(labels[name])])) as Labels<Name>);
    this.#series.set(key, series);
    return series;
  }
}

/** One line of the text format: `name{labels} value`. */
export interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export class Scalar {
  readonly #labels: Readonly<Record<string, string>>;
  #value = 0;

  constructor(labels: Readonly<Record<string, string>>) {
    this.#labels = labels;
  }

  /** Adds; a negative or missing amount is ignored, a counter never falls. */
  inc(by = 1): void {
    if (by > 0) this.#value += by;
  }

  set(value: number): void {
    this.#value = value;
  }

  samples(name: string): Sample[] {
    return [{ metricName: name, labels: this.#labels, value: this.#value }];
  }
}

export class Distribution {
  readonly #labels: Readonly<Record<string, string>>;
  readonly #bounds: readonly number[];
  /** One count per bound, and one for what is above all. Not cumulative. */
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(labels: Readonly<Record<string, string>>, bounds: readonly number[]) {
    this.#labels = labels;
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    if (Number.isNaN(value)) return;
    let at = 0;
    while (at < this.#bounds.length && value > (this.#bounds[at] as number)) at += 1;
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.#sum += value;
  }

  samples(name: string): Sample[] {
    let count = 0;
    const buckets = [...this.#bounds, Number.POSITIVE_INFINITY].map((bound, at) => {
      count += this.#counts[at] ?? 0;
      return { metricName: `${name}_bucket`, labels: { ...this.#labels, le: bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound) }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: this.#labels, value: this.#sum },
      { metricName: `${name}_count`, labels: this.#labels, value: count },
    ];
  }
}
