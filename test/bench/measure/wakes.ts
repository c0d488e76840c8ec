import { ms } from '../table.ts';
import { median, quantile } from './stats.ts';

/** What the rounds of one crowd of watchers showed: milliseconds from the change to the first half, to all but one in a hundred, and to the last; CPU per watcher. */
export class Wakes {
  readonly p50: number[] = [];
  readonly p99: number[] = [];
  readonly last: number[] = [];
  readonly cpu: number[] = [];

  /** `lags`: of every watcher. `cpu`: microseconds of the server for all of them. */
  take(lags: readonly number[], cpu: number): void {
    this.p50.push(quantile(lags, 0.5));
    this.p99.push(quantile(lags, 0.99));
    this.last.push(quantile(lags, 1));
    this.cpu.push(cpu / lags.length);
  }

  forget(): void {
    for (const values of [this.p50, this.p99, this.last, this.cpu]) values.length = 0;
  }

  /** For one watcher: over the rounds. For more: of the watchers, medians of the rounds. */
  shown(watchers: number): string {
    if (watchers === 1) return `p50 ${ms(median(this.last))}, p99 ${ms(quantile(this.last, 0.99))}`;
    return `p50 ${ms(median(this.p50))}, p99 ${ms(median(this.p99))}, last ${ms(median(this.last))}`;
  }
}
