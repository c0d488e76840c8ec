export { type Background, background, type BackgroundOptions, type Backoff, Supervisor } from './background.ts';
export { deadline, DeadlineExceeded } from './deadline.ts';
export { CallEnded } from './ended.ts';
export { inParallel } from './parallel.ts';
export { type RunOptions, runUntilSignal, type StopCause } from './run.ts';
export { Turns } from './turns.ts';
export { Waiters } from './waiters.ts';
export { within } from './within.ts';
export { type Clock, type Random, systemWorld, type Timers, type World } from './world.ts';
