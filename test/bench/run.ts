/** What one run of the bench hands to its rows. */
export interface Run {
  /** Interleaved rounds that count. */
  readonly rounds: number;
  /** For files of this run. */
  readonly folder: string;
}
