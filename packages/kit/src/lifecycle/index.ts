export { type Deadline, DeadlineExceeded, deadline } from './deadline.ts';
export { type Clock, type Random, systemWorld, type Timers, type World } from './world.ts';
