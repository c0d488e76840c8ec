export { type Clock, type Random, systemWorld, type Timers, type World } from './world.ts';
