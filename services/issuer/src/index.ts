export { ISSUER_DEFAULTS, type IssuerConfig } from './config.ts';
export type { IssuerEvents } from './events.ts';
export type { IssuerPorts } from './compose.ts';
export { type IssuerService, type IssuerStatus, startIssuer } from './service.ts';
export { issuerEvents } from './telemetry.ts';
