import type { Broken } from '../checks/broken.ts';
import type { Sabotage } from '../cluster.ts';
import { planOf } from '../plan.ts';
import { simulate } from '../run.ts';

export interface Found {
  /** Seeds that were run, the one that found it included. */
  readonly seeds: number;
  readonly broken: Broken;
}

/** Runs seeds from `first` on until one breaks a promise; `undefined` where `most` of them break none. */
export async function findBug(sabotage: Sabotage, most: number, first = 1): Promise<Found | undefined> {
  for (let seeds = 1; seeds <= most; seeds += 1) {
    const { broken } = await simulate(planOf(first + seeds - 1), { sabotage });
    if (broken !== undefined) return { seeds, broken };
  }
  return undefined;
}
