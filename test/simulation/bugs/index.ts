import type { Sabotage } from '../cluster.ts';
import * as logs from './of-logs.ts';
import * as records from './of-records.ts';
import * as services from './of-services.ts';
import * as views from './of-views.ts';

/** Deliberate bugs, by what each does wrong. */
export const BUGS: Readonly<Record<string, Sabotage>> = { ...logs, ...views, ...records, ...services };
