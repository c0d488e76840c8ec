/**
 * How a person's own credential travels in the metadata of a call: with its kind before it, so that it is never taken for a token of another dialect (P9).
 */
export type PersonCredential = { readonly kind: 'session'; readonly token: string } | { readonly kind: 'basic'; readonly username: string; readonly password: string };

export function personCredential(credential: PersonCredential): string {
  if (credential.kind === 'session') return `session ${credential.token}`;
  return `basic ${Buffer.from(JSON.stringify([credential.username, credential.password])).toString('base64')}`;
}

/** Reads it back; `undefined` for anything else. */
export function parsePersonCredential(text: string): PersonCredential | undefined {
  const [kind, value = ''] = text.split(' ', 2);
  if (kind === 'session') return { kind, token: value };
  if (kind !== 'basic') return undefined;
  try {
    const [username, password]: unknown[] = JSON.parse(Buffer.from(value, 'base64').toString('utf8'));
    return typeof username === 'string' && typeof password === 'string' ? { kind, username, password } : undefined;
  } catch {
    return undefined;
  }
}
