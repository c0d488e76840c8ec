import { Secret } from '@mintmark/kit/config';
import { UsageError } from './failure.ts';
import { type Api, connect } from './http.ts';
import type { ClientSettings } from './settings.ts';

/** The API for somebody who acts in person: by a login session, or by name and password. No other token is sent. */
export function connectInPerson({ token: _, bearer: __, ...settings }: ClientSettings): Api {
  return connect({ ...settings, token: undefined, person: personIn(settings) });
}

/** The API for whoever administrates an account: by a token, or, where there is none, by `user@account` and password. */
export function connectToAccount(settings: ClientSettings): Api {
  const { token, own } = settings;
  return token === undefined && own.username !== undefined ? connectInPerson({ ...settings, own: { ...own, session: undefined } }) : connect(settings);
}

/** The API for whoever brings a credential of its own in the body: somebody who signs in or out, an API client. */
export function connectToSignIn({ token: _, bearer: __, ...settings }: ClientSettings): Api {
  return connect({ ...settings, token: undefined, person: 'signing in' });
}

function personIn({ own: { session, username, password } }: Pick<ClientSettings, 'own'>): ClientSettings['person'] & object {
  if (session !== undefined) return { header: 'apprendasessiontoken', value: session };
  if (username === undefined || password === undefined) throw new UsageError('sign in: set MINTMARK_SESSION (see `mintmark session create`), or MINTMARK_USERNAME and MINTMARK_PASSWORD');
  return { header: 'authorization', value: new Secret(`Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`) };
}
