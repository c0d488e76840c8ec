/**
 * How long a validator counts as attached to its issuer after a report: milliseconds. The issuer counts from the report's arrival, the validator
 * from its departure, so the validator stops trusting its cache first.
 */
export const ATTACH_LEASE_MS = 1_000;

/** How often a validator reports at least. */
export const ATTACH_EVERY_MS = 200;
