export { CannotOpen, createSealer, type Sealer } from './sealing.ts';
