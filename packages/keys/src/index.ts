export { createReplayMemory, type ProcessReplayMemory, type ReplayMemory, ReplayMemoryFull } from './replay.ts';
export { CannotOpen, createSealer, type Sealer } from './sealing.ts';
