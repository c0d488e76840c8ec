export { REPLICATOR_DEFAULTS, type ReplicatorConfig } from './config.ts';
export type { ReplicatorEvents } from './events.ts';
export type { ReplicatorPorts } from './compose.ts';
export { type ReplicatorService, startReplicator } from './service.ts';
export { replicatorEvents } from './telemetry.ts';
