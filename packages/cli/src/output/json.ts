/** JSON as Nomad's command line writes it: four spaces deep. */
export function json(value: unknown): string {
  return JSON.stringify(value, null, 4);
}

/**
 * An object or a list of them with the members that Nomad's command line has, in that order: without `Hash`, and without an expiry where there is none.
 * A member that the answer lacks is left out.
 */
export function members(value: object, names: readonly string[]): object {
  const all = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(names.filter((name) => all[name] !== undefined && !isUnset(name, all[name])).map((name) => [name, all[name]]));
}

function isUnset(name: string, value: unknown): boolean {
  return OPTIONAL.has(name) && (value === null || value === '' || value === 0);
}

const OPTIONAL: ReadonlySet<string> = new Set(['ExpirationTime', 'ExpirationTTL', 'JobACL']);
