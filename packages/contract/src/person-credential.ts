/**
 * How a person's own credential travels in the metadata of a call: with its kind before it, so that it is never taken for a token of another dialect (P9).
 */
export type PersonCredential =
  | { readonly kind: 'session'; readonly token: string }
  | {
      readonly kind: 'basic';
      readonly username: string;
      readonly password: string;
      /** The account that it names beside itself, as in `user@account`. */
      readonly account?: string;
    };

export function personCredential(credential: PersonCredential): string {
  if (credential.kind === 'session') return `session ${credential.token}`;
  return `basic ${Buffer.from(JSON.stringify([credential.username, credential.password, credential.account])).toString('base64')}`;
}

/** Reads it back; `undefined` for anything else. */
export function parsePersonCredential(text: string): PersonCredential | undefined {
  const [kind, value = ''] = text.split(' ', 2);
  if (kind === 'session') return { kind, token: value };
  if (kind !== 'basic') return undefined;
  try {
    const [username, password, account]: unknown[] = JSON.parse(Buffer.from(value, 'base64').toString('utf8'));
    if (typeof username !== 'string' || typeof password !== 'string') return undefined;
    return { kind, username, password, ...(typeof account === 'string' ? { account } : {}) };
  } catch {
    return undefined;
  }
}
