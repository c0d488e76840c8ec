import { formatTime, type Instant, instantOf, isExpired, isToBeTold, type Kind, type LiveEntry, parseTime, personalState, type RevokedBecause, sessionState, type Tombstone } from '@mintmark/domain';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import { commit } from '../commit.ts';
import { envelope } from '../mint.ts';
import { orUnavailable, readById } from '../reading.ts';
import { revoke } from './revoking.ts';

const PAGE = 1_000;
/** How long a personal token is listed as REVOKED. */
const LISTED_MS = 90 * 86_400_000;
const NS_PER_MS = 1_000_000n;

export interface PeopleSweep {
  /** How long before its expiry it is told of a personal token that it expires: milliseconds. */
  readonly noticeMs: number;
}

/**
 * The authority's: deletes sessions that are over, writes down that personal tokens are over or are soon, and deletes those that have been for ninety days.
 * Nothing that is judged depends on it: it keeps what is judged small, and P2 where a creator or a use would come back.
 */
export async function sweepPeople(ctx: IssuerContext, { noticeMs }: PeopleSweep, signal: AbortSignal): Promise<void> {
  if (ctx.authority !== undefined) return;
  const now = instantOf(ctx.world.clock.now());
  for await (const session of allOf(ctx, 'session', signal)) {
    const user = await readById(ctx, 'user', session.record.body.user, signal);
    if (sessionState(session.record.body, user?.record.body, now) !== 'alive') await orChanged(() => remove(ctx, session, signal));
  }
  for await (const token of allOf(ctx, 'personal_token', signal)) await sweepToken(ctx, token, { now, notice: BigInt(noticeMs) * NS_PER_MS }, signal);
}

async function sweepToken(ctx: IssuerContext, token: LiveEntry<'personal_token'>, { now, notice }: { now: Instant; notice: bigint }, signal: AbortSignal): Promise<void> {
  const { id, body } = token.record;
  const ended = body.revokedAt === '' ? body.expirationTime : body.revokedAt;
  if (ended !== null && isExpired({ expirationTime: ended }, now - BigInt(LISTED_MS) * NS_PER_MS)) {
    const use = await readById(ctx, 'token_use', id, signal);
    if (use !== undefined) await orChanged(() => remove(ctx, use, signal));
    await orChanged(() => remove(ctx, token, signal));
    return;
  }
  if (body.revokedAt !== '') return;
  const [user, use] = [await readById(ctx, 'user', body.user, signal), await readById(ctx, 'token_use', id, signal)];
  const state = personalState(body, user?.record.body, now, use === undefined ? undefined : parseTime(use.record.body.at));
  if (state.status === 'REVOKED' && state.because !== 'expired') await orChanged(() => revoke(ctx, token, state.because as RevokedBecause, signal));
  if (state.status === 'ACTIVE' && isToBeTold(body, notice, now)) await orChanged(() => tellExpiry(ctx, token, now, signal));
}

/** Told by one write of the token, so once however many sweeps and issuers there are, and to whoever watches it. */
async function tellExpiry(ctx: IssuerContext, token: LiveEntry<'personal_token'>, now: Instant, signal: AbortSignal): Promise<void> {
  const { record, revision } = token;
  const told = { ...record, body: { ...record.body, expiryToldAt: formatTime(now) }, ...envelope(ctx, record.createIndex) };
  const { index } = await commit(ctx, told, { key: revision }, signal);
  const { name, user, expirationTime } = record.body;
  ctx.events.expiresSoon({ kind: 'personal_token', id: record.id, name, user, expirationTime: expirationTime ?? '', index });
}

async function remove(ctx: IssuerContext, { record, revision }: LiveEntry, signal: AbortSignal): Promise<void> {
  const { kind, id, scope, createIndex } = record;
  await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) } as Tombstone<'session'>, { key: revision }, signal);
}

/** What was changed meanwhile is left for the next sweep. */
async function orChanged(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
  }
}

async function* allOf<K extends Kind>(ctx: IssuerContext, kind: K, signal: AbortSignal): AsyncGenerator<LiveEntry<K>> {
  let from: string | undefined;
  for (;;) {
    const { value } = await orUnavailable(() => ctx.view.list(kind, { order: 'id', limit: PAGE, ...(from === undefined ? {} : { from }) }, { signal }));
    for (const entry of value) if (entry.record.id !== from) yield entry;
    const last = value.at(-1)?.record.id;
    if (value.length < PAGE || last === from) return;
    from = last;
  }
}
