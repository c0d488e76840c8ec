/*
 * A scope of an access token names roles of its client: the token acts with those of them that the client has when it is used. Names are percent-encoded
 * where RFC 6749 section 3.3 forbids their characters, the space above all.
 */

/** One scope token for a role's name. */
export function scopeOf(role: string): string {
  return encodeURIComponent(role);
}

/** The names of the roles in a scope; `undefined` where it is malformed. An empty text is malformed too. */
export function rolesIn(scope: string): readonly string[] | undefined {
  const roles: string[] = [];
  for (const token of scope.split(' ')) {
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(token)) return undefined;
    try {
      roles.push(decodeURIComponent(token));
    } catch {
      return undefined;
    }
  }
  return [...new Set(roles)];
}
