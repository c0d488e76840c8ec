import type { WorkloadCalls } from '../../peers/workload.ts';
import type { WorkloadAuthenticator } from './authenticate.ts';

/** What answers about jobs, services and bindings stand on. */
export interface WorkloadContext {
  readonly authenticator: WorkloadAuthenticator;
  /** The region's issuer. */
  readonly issuer: WorkloadCalls;
}
