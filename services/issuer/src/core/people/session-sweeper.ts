import { type Instant, instantOf, type LiveEntry, sessionId, sessionState } from '@mintmark/domain';
import { inParallel } from '@mintmark/kit/lifecycle';
import type { IssuerContext } from '../../context.ts';
import { pagesOf, readById } from '../reading.ts';
import { orChanged, remove } from './ending.ts';

/** So many are looked at at once. */
const AT_ONCE = 16;

/**
 * The authority's: deletes sessions that are over, by time or because their user was written. Nothing that is judged depends on it: it keeps what is judged small, and
 * P2 where a user would come back.
 */
export class SessionSweeper {
  readonly #ctx: IssuerContext;

  constructor(ctx: IssuerContext) {
    this.#ctx = ctx;
  }

  /** What was changed meanwhile is left for the next sweep, and so is all the rest where the log or the view cannot be reached. */
  async sweep(signal: AbortSignal): Promise<void> {
    const { authority, world, writtenUsers } = this.#ctx;
    const expiries = this.#ctx.expiries.session;
    if (authority !== undefined) {
      expiries.startOver();
      writtenUsers.clear();
      return;
    }
    const users = [...writtenUsers];
    writtenUsers.clear();
    const reading = { deciding: true, at: world.clock.monotonic() };
    const now = instantOf(world.clock.now());
    try {
      if (expiries.wantsReading(reading)) {
        const complete = expiries.startOver();
        await this.#lookAtThoseOf('', now, signal);
        complete(reading);
      } else {
        await inParallel(expiries.take(world.clock.now()), AT_ONCE, async (id) => {
          const session = await readById(this.#ctx, 'session', id, signal);
          if (session !== undefined) await this.#look(session, now, signal);
        });
        for (const user of users) await this.#lookAtThoseOf(sessionId(user, ''), now, signal);
      }
    } catch (error) {
      expiries.startOver();
      throw error;
    }
  }

  async #lookAtThoseOf(prefix: string, now: Instant, signal: AbortSignal): Promise<void> {
    for await (const page of pagesOf(this.#ctx, 'session', signal, prefix)) await inParallel(page, AT_ONCE, (session) => this.#look(session, now, signal));
  }

  async #look(session: LiveEntry<'session'>, now: Instant, signal: AbortSignal): Promise<void> {
    const user = await readById(this.#ctx, 'user', session.record.body.user, signal);
    if (sessionState(session.record.body, user?.record.body, now) === 'alive') this.#ctx.expiries.session.note(session.record);
    else await orChanged(() => remove(this.#ctx, session, signal));
  }
}
