/**
 * Claims that a request makes of what it is about: the name of the other party, and the type of the realm that is edited. No other claim without an
 * issuer is taken from a request, or a caller could call itself an admin.
 */
export const CONTEXT_TYPES: ReadonlySet<string> = new Set(['job', 'service', 'network', 'route', 'ResType']);

/** How the values of one claim type from several realms combine: seed-systems 1.4, number 8. */
export type Precedence =
  /** Those of the most specific realm; of two there, the smallest. */
  | 'nearest'
  /** The smallest of all. */
  | 'tightest'
  /** All of them. */
  | 'union';

export function precedenceOf(type: string): Precedence {
  if (type === 'tokenTimeout' || type === 'defaultNamespace' || type === 'defaultNamespacePrefix' || type === 'name') return 'nearest';
  return isQuota(type) ? 'tightest' : 'union';
}

export function isQuota(type: string): boolean {
  return type.startsWith('max.') || type.startsWith('total.');
}
