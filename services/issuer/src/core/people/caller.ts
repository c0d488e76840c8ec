import { parsePersonCredential } from '@mintmark/contract';
import { digestOf, instantOf, parseSessionToken, Refusal, sessionState } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../call.ts';
import { readById, readByKey } from '../reading.ts';
import { userByPassword } from './login.ts';
import { mayUseSoc } from './sessions.ts';
import { inExisting, type User } from './users.ts';

/** A user who asks in person. */
export interface Person {
  /** In the organizations that still exist. */
  readonly user: User;
  /** Id of the organization that it acts in alone, by a session that is in one; empty: in all of its own. */
  readonly organization: string;
  /** Where the session counts by which it asks; absent where it showed its password. */
  readonly audience?: string;
  /** The account that it has named beside its name. */
  readonly account?: string;
}

/**
 * The user who asks, by a login session or by name and password; `undefined` where the credential is no person's. Throws the refusal `unauthenticated` where
 * it is one that does not count, and those of `userByPassword`.
 */
export async function personOf(ctx: IssuerContext, call: IssuerCall, source: string): Promise<Person | undefined> {
  const credential = parsePersonCredential(call.credential ?? '');
  if (credential === undefined) return undefined;
  const person = credential.kind === 'session' ? await bySession(ctx, credential.token, call.signal) : await byPassword(ctx, { ...credential, source }, call.signal);
  if (person === undefined) throw new Refusal('unauthenticated', credential.kind === 'session' ? 'the session is over, or never was' : 'the username or the password is not valid');
  return person;
}

async function bySession(ctx: IssuerContext, text: string, signal: AbortSignal): Promise<Person | undefined> {
  const token = parseSessionToken(text);
  const session = token === undefined ? undefined : await readByKey(ctx, 'session', 'secret', digestOf(token), signal);
  if (session === undefined) return undefined;
  const { body } = session.record;
  const found = await readById(ctx, 'user', body.user, signal);
  const user = found === undefined ? undefined : await inExisting(ctx, found, signal);
  if (user === undefined || sessionState(body, user.record.body, instantOf(ctx.world.clock.now())) !== 'alive') return undefined;
  if (body.audience === 'soc' && !(await mayUseSoc(ctx, user, signal))) return undefined;
  return { user, organization: body.organization, audience: body.audience };
}

async function byPassword(ctx: IssuerContext, login: { username: string; password: string; source: string; account?: string }, signal: AbortSignal): Promise<Person | undefined> {
  const user = await userByPassword(ctx, login, signal);
  return user === undefined ? undefined : { user: await inExisting(ctx, user, signal), organization: '', ...(login.account === undefined ? {} : { account: login.account }) };
}
