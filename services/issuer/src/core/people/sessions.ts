import { formatTime, instantOf, type LiveRecord, Refusal, roleIn, sessionId, sessionToken, settingValue, digestOf, type SessionAudience, type SessionBody } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import { envelope, freshUuid } from '../mint.ts';
import { readById, readByKey } from '../reading.ts';
import { inExisting, type User } from './users.ts';

const NS_PER_S = 1_000_000_000n;

/** A session that is about to be written, and its token in clear. */
export interface DraftedSession {
  readonly record: LiveRecord<'session'>;
  readonly token: string;
}

/**
 * A new session of a user who has signed in at `since`, milliseconds since the epoch: before the password was looked at, so that one that is changed meanwhile
 * ends the session too.
 */
export async function draftSession(
  ctx: IssuerContext,
  user: User,
  place: Pick<SessionBody, 'audience' | 'organization'>,
  since: number,
  signal: AbortSignal,
): Promise<DraftedSession> {
  const { id, body } = user.record;
  const began = instantOf(Math.max(since, body.notBefore + 1));
  const seconds = BigInt(await timeoutSeconds(ctx, signal));
  const session = freshUuid(ctx);
  const token = sessionToken(session, freshUuid(ctx));
  const secret = { digest: digestOf(token), sealed: new Uint8Array() };
  const times = { createTime: formatTime(began), expirationTime: formatTime(instantOf(ctx.world.clock.now()) + seconds * NS_PER_S) };
  const record = { kind: 'session', id: sessionId(id, session), scope: 'global', deleted: false } as const;
  return { record: { ...record, body: { secret, user: id, ...place, ...times }, ...envelope(ctx) }, token };
}

/**
 * The organization that a session is to be in, empty for none; `undefined` where the user is not in the one that was named. Throws the refusals
 * `permission_denied` for those who may not use the Platform Operations API, which knows no tenants, and `invalid_argument`.
 */
export async function placeOf(ctx: IssuerContext, user: User, audience: SessionAudience, alias: string, signal: AbortSignal): Promise<string | undefined> {
  if (audience !== 'soc') return tenantOf(ctx, user, alias, signal);
  if (await mayUseSoc(ctx, user, signal)) return '';
  throw new Refusal('permission_denied', 'the user is not a platform operator');
}

/** The tenant that a session is to be in; `undefined` where the user is not in the one that was named. Throws the refusal `invalid_argument`. */
async function tenantOf(ctx: IssuerContext, user: User, alias: string, signal: AbortSignal): Promise<string | undefined> {
  const { organizations } = (await inExisting(ctx, user, signal)).record.body;
  if (alias !== '') {
    const tenant = await readByKey(ctx, 'organization', 'name', alias.toLowerCase(), signal);
    return tenant !== undefined && roleIn(organizations, tenant.record.id) !== undefined ? tenant.record.id : undefined;
  }
  if (organizations.length > 1) throw new Refusal('invalid_argument', 'tenantAlias must be given: the user is in more than one tenant');
  return organizations[0]?.organization ?? '';
}

/** Whether sessions for the Platform Operations API count: a platform operator's, and everybody's where the platform's setting has it so. */
export async function mayUseSoc(ctx: IssuerContext, { record: { body } }: User, signal: AbortSignal): Promise<boolean> {
  if (body.platformOperator) return true;
  const name = 'Authentication.SocAuthenticationEnabled';
  const stored = await readById(ctx, 'setting', name, signal);
  return settingValue(name, stored?.record.body.value) === false;
}

async function timeoutSeconds(ctx: IssuerContext, signal: AbortSignal): Promise<number> {
  const name = 'Authentication.SessionTimeoutInSeconds';
  const stored = await readById(ctx, 'setting', name, signal);
  return settingValue(name, stored?.record.body.value) as number;
}
