import { instantOf, isExpired, type LiveEntry, Refusal, type Scope } from '@mintmark/domain';
import { type Expect, LogError } from '@mintmark/log';
import type { IssuerContext } from '../context.ts';
import type { Administrator, IssuerCall } from './call.ts';
import { permissionDenied } from './caller.ts';
import { headShown } from './commit.ts';
import { pagesOf, readById } from './reading.ts';

/** A local token cannot act on global records, in the authority neither (P5). */
export function mayWrite(by: Administrator['token'], scope: Scope): void {
  if (scope === 'global' && by.record.scope === 'local') throw permissionDenied();
}

/** Whether a record is there for the caller at all: a region that hands calls on sees global ones only (P5). */
export function within(call: IssuerCall, token: LiveEntry<'token'> | undefined): token is LiveEntry<'token'> {
  return token !== undefined && (call.forwardedFrom === undefined || token.record.scope === 'global');
}

/**
 * Runs a write that may end a token's administration, with what it has to expect: where the token is the authority's last live global management token it is
 * refused; where it is one of several the whole log must stand still meanwhile, so that two of them cannot end each other. Throws `LogError` `conflict` to be decided
 * again where the token was written meanwhile.
 */
export async function keepingAnAdministrator<T>(ctx: IssuerContext, token: LiveEntry<'token'>, write: (expect: Expect) => Promise<T>, signal: AbortSignal): Promise<T> {
  const { scope, body, id } = token.record;
  if (body.type !== 'management' || scope === 'local' || ctx.authority !== undefined) return write({ key: token.revision });
  return ctx.wholeLog.decide(async () => {
    const head = await headShown(ctx, signal);
    if ((await readById(ctx, 'token', id, signal))?.revision !== token.revision) throw new LogError('conflict', 'the token was written meanwhile', { revision: head });
    if (!(await anotherAdministrator(ctx, id, signal))) {
      throw new Refusal('invalid_argument', 'the last management token cannot be deleted or demoted: create another one first');
    }
    return write({ head });
  }, signal);
}

async function anotherAdministrator(ctx: IssuerContext, besides: string, signal: AbortSignal): Promise<boolean> {
  const now = instantOf(ctx.world.clock.now());
  const isOne = ({ record: { id, scope, body } }: LiveEntry<'token'>): boolean => id !== besides && scope === 'global' && body.type === 'management' && !isExpired(body, now);
  for await (const page of pagesOf(ctx, 'token', signal)) if (page.some(isOne)) return true;
  return false;
}
