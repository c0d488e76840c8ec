import { Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import { readByKey } from '../reading.ts';
import { busy, inTime } from './passwords.ts';
import type { User } from './users.ts';

/** What somebody signs in with, and from where. */
export interface Login {
  readonly username: string;
  readonly password: string;
  /** The client's address. */
  readonly source: string;
}

/**
 * The user whose password this is; `undefined` for an unknown user, one without a password, one that is disabled and a wrong password alike, all after the
 * same work. Throws the refusals `resource_exhausted` after too many failures and `unavailable` where too many are waiting, or it takes too long.
 */
export async function userByPassword(ctx: IssuerContext, { username, password, source }: Login, signal: AbortSignal): Promise<User | undefined> {
  const name = username.normalize('NFC').toLowerCase();
  await ctx.attempts.admit(name, source, signal);
  const user = await readByKey(ctx, 'user', 'name', name, signal);
  const hash = user?.record.body.passwordHash;
  const stored = hash === undefined || hash === '' ? undefined : hash;
  const result = await inTime(ctx.world, signal, (bound) => ctx.passwords.hasher.verify(password, stored, { signal: bound }));
  if (!result.ok && result.reason === 'busy') throw busy();
  if (!result.ok) throw new Refusal('internal', 'internal error', { cause: new Error(`the password hash of user ${user?.record.id} cannot be read`) });
  await ctx.attempts.stillAdmits(name, source);
  const matched = result.matches && user?.record.body.disabled === false;
  await (matched ? ctx.attempts.succeeded(name, source) : ctx.attempts.failed(name, source));
  return matched ? user : undefined;
}
