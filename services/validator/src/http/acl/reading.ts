import type { issuer } from '@mintmark/contract';
import { type Kind, type LiveEntry, Refusal } from '@mintmark/domain';
import { DeadlineExceeded, deadline } from '@mintmark/kit/lifecycle';
import type { Read, ViewReader } from '@mintmark/view';
import type { AclDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { unreadable } from './response/refusals.ts';
import { Latch, type WaitingRoom } from './waiting.ts';

type Token = LiveEntry<'token'>;

const READ_WITHIN_MS = 5_000;
/** How long an answer waits for a token that the authority has shown and the region has not. */
const ARRIVAL_WITHIN_MS = 5_000;

/** A read of the view within its time. Throws the refusal `unavailable` beyond it; the view's own errors pass. */
export async function within<T>({ world }: Pick<AclDeps, 'world'>, signal: AbortSignal, read: (signal: AbortSignal) => Promise<T>): Promise<T> {
  using bound = deadline(world.timers, READ_WITHIN_MS, signal);
  try {
    return await read(bound.signal);
  } catch (error) {
    throw error instanceof DeadlineExceeded ? unreadable(error) : error;
  }
}

export function recordById<K extends Kind>(deps: AclDeps, kind: K, id: string, exchange: Exchange): Promise<Read<LiveEntry<K> | undefined>> {
  return within(deps, exchange.signal, (signal) => deps.view.get(kind, id, { signal }));
}

export function tokenById(deps: AclDeps, id: string, exchange: Exchange): Promise<Read<Token | undefined>> {
  return recordById(deps, 'token', id, exchange);
}

/** The token's links to roles that exist, with their present names; links to deleted ones are left out (specs 4.9). */
export async function rolesOf(view: ViewReader, token: Token, signal: AbortSignal): Promise<issuer.RoleLink[]> {
  const reads = await Promise.all(token.record.body.roleIds.map((id) => view.get('role', id, { signal })));
  return reads.flatMap(({ value }) => (value === undefined ? [] : [{ id: value.record.id, name: value.record.body.name }]));
}

/**
 * A token of which the authority has told already, once it has arrived here (P6). `authorize` is asked again whenever something moved: a token that was
 * deleted meanwhile never arrives. Throws the refusal `stale` when it takes too long.
 */
export async function arrived(
  deps: AclDeps & { readonly room: WaitingRoom },
  id: string,
  exchange: Exchange,
  authorize: () => Promise<unknown>,
): Promise<Read<Token>> {
  const latch = new Latch();
  using held = new DisposableStack();
  held.use(deps.room.enter(exchange.source, latch.raise));
  held.use(deps.feed.subscribe({ kind: 'token', id }, latch.raise));
  let late = false;
  const timeUp = (): void => {
    late = true;
    latch.raise();
  };
  held.use(deps.world.timers.after(ARRIVAL_WITHIN_MS, timeUp));
  const { signal } = exchange;
  signal.addEventListener('abort', latch.raise, { once: true });
  held.defer(() => signal.removeEventListener('abort', latch.raise));
  for (;;) {
    latch.lower();
    const { value, ...read } = await tokenById(deps, id, exchange);
    if (value !== undefined) return { ...read, value };
    await authorize();
    if (late || deps.room.closing) {
      throw new Refusal('stale', 'this region has not received the token from the authority yet', { retryAfterMs: 1_000 });
    }
    await latch.raised();
    signal.throwIfAborted();
  }
}
