export { type RegionAddress, VALIDATOR_DEFAULTS, type ValidatorConfig } from './config.ts';
export type { ValidatorEvents } from './events.ts';
export { startValidator, type ValidatorPorts, type ValidatorService } from './service.ts';
export { validatorEvents } from './telemetry.ts';
