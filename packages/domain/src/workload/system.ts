/** What a job binds to for calls of the cluster's own API through a pipeline (seed systems, 1.1 row 24). */
export const HTTP_SERVICE = 'service::/apcera::http';
/** What a job binds to for reaching the world outside. */
export const OUTSIDE_SERVICE = 'service::/apcera::outside';

/** Services that every cluster has. */
export const SYSTEM_SERVICES = [
  { fqn: HTTP_SERVICE, type: 'http', description: "Calls of the cluster's API, with the job's own token." },
  { fqn: OUTSIDE_SERVICE, type: 'network', description: 'Egress to networks outside the cluster.' },
] as const;

export interface SystemPackage {
  /** UUID. */
  readonly id: string;
  readonly fqn: string;
  readonly provides: string;
}

/** Packages that every cluster has. Nobody writes packages. */
export const SYSTEM_PACKAGES: readonly SystemPackage[] = [
  { id: '0e8d1f9c-5a3b-4f0d-9c55-6f1b6a0c1404', fqn: 'package::/apcera/pkg/os::ubuntu-14.04-apc3', provides: 'os.linux' },
];
