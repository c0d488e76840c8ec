import type { people } from '@mintmark/contract';
import { formatTime, instantOf, type LiveRecord, NO_REVISION, parseTime, Refusal } from '@mintmark/domain';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import type { IssuerCall } from '../../core/call.ts';
import { commit } from '../../core/commit.ts';
import { envelope } from '../../core/mint.ts';
import { readById } from '../../core/reading.ts';

const MAX_USES = 1_000;
/** What is closer to the use that is stored is not written. */
const APART_MS = 50_000;
const AT_ONCE = 16;

/** Keeps when personal tokens were last used. Always decided by the authority; what somebody else writes meanwhile is as good. */
export async function reportUses(ctx: IssuerContext, request: people.ReportUsesRequest, call: IssuerCall): Promise<people.ReportUsesResponse> {
  if (request.uses.length > MAX_USES) throw new Refusal('invalid_argument', `uses must be at most ${MAX_USES}`);
  if (ctx.authority !== undefined) return ctx.authority.reportUses(request, call);
  const latest = Math.ceil(ctx.world.clock.now());
  const waiting = request.uses.map(({ id, at }) => ({ id, at: Math.min(at, latest) }));
  const keep = async (): Promise<void> => {
    for (let use = waiting.pop(); use !== undefined; use = waiting.pop()) await keepUse(ctx, use, request.region, call.signal);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, keep));
  return {};
}

async function keepUse(ctx: IssuerContext, { id, at }: people.TokenUsed, region: string, signal: AbortSignal): Promise<void> {
  const stored = await readById(ctx, 'token_use', id, signal);
  const since = stored === undefined ? undefined : parseTime(stored.record.body.at);
  if (since !== undefined && instantOf(at) < since + BigInt(APART_MS) * 1_000_000n) return;
  if ((await readById(ctx, 'personal_token', id, signal)) === undefined) return;
  const body = { at: formatTime(instantOf(at)), region };
  const record: LiveRecord<'token_use'> = { kind: 'token_use', id, scope: 'global', deleted: false, body, ...envelope(ctx, stored?.record.createIndex) };
  try {
    await commit(ctx, record, { key: stored?.revision ?? NO_REVISION }, signal);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
  }
}
