import { formatTime, type Instant, instantOf, isExpired, isToBeTold, type LiveEntry, parseTime, personalState, type RevokedBecause } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import { commit } from '../commit.ts';
import { envelope } from '../mint.ts';
import { pagesOf, readById } from '../reading.ts';
import { orChanged, remove } from './ending.ts';
import { revoke } from './revoking.ts';

/** How long a personal token is listed as REVOKED. */
const LISTED_MS = 90 * 86_400_000;
const NS_PER_MS = 1_000_000n;

export interface PersonalTokenSweep {
  /** How long before its expiry it is told of a personal token that it expires: milliseconds. */
  readonly noticeMs: number;
}

/**
 * The authority's: writes down that personal tokens are over or are soon, and deletes those that have been for ninety days. Nothing that is judged depends on it: it
 * keeps what is judged small, and P2 where a creator or a use would come back.
 */
export async function sweepPersonalTokens(ctx: IssuerContext, { noticeMs }: PersonalTokenSweep, signal: AbortSignal): Promise<void> {
  if (ctx.authority !== undefined) return;
  const now = instantOf(ctx.world.clock.now());
  const notice = BigInt(noticeMs) * NS_PER_MS;
  for await (const page of pagesOf(ctx, 'personal_token', signal)) for (const token of page) await sweepToken(ctx, token, { now, notice }, signal);
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
