export { REPLICATOR_DEFAULTS, type ReplicatorConfig } from './config.ts';
export type { ReplicatorEvents } from './events.ts';
export { type ReplicatorPorts, type ReplicatorService, startReplicator } from './service.ts';
export { replicatorEvents } from './telemetry.ts';
