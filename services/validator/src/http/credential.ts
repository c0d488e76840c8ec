import type { IncomingHttpHeaders } from 'node:http';

/**
 * The `acl` secret that a request presents (specs 2.1): the whole of `X-Nomad-Token`, else the first word after the scheme of
 * `Authorization: Bearer`. `undefined` for none, and for an Authorization header of another scheme.
 */
export function presentedSecret(headers: IncomingHttpHeaders): string | undefined {
  const own = headers['x-nomad-token'];
  if (typeof own === 'string' && own.trim() !== '') return own.trim();
  const words = headers.authorization?.trim().split(/ +/) ?? [];
  return words.length > 1 && words[0]?.toLowerCase() === 'bearer' && words[1] !== '' ? words[1] : undefined;
}
