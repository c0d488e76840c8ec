import type { FastifyReply } from 'fastify';
import { CallEnded } from '../lifecycle/ended.ts';

export interface RequestSignal extends Disposable {
  /** Aborts with a `CallEnded`: the caller went away, the time is up, or the server is stopping. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch; for the calls made on the request's behalf. */
  readonly deadline: number;
}

/**
 * A signal for the work behind one answer. Dispose of it when the work is done. With `stopping`, the server's end ends the work too: for long
 * polls and streams, which would otherwise use up the grace.
 */
export function requestSignal(reply: FastifyReply, options: { readonly deadlineMs: number; readonly stopping?: AbortSignal }): RequestSignal {
  const controller = new AbortController();
  const { raw } = reply;
  const gone = (): void => {
    if (!raw.writableFinished) controller.abort(new CallEnded('cancelled'));
  };
  const stopped = (): void => controller.abort(new CallEnded('stopping'));
  const timer = setTimeout(() => controller.abort(new CallEnded('deadline_exceeded')), options.deadlineMs).unref();
  raw.once('close', gone);
  options.stopping?.addEventListener('abort', stopped, { once: true });
  if (raw.destroyed) gone();
  if (options.stopping?.aborted) stopped();
  return {
    signal: controller.signal,
    deadline: Date.now() + options.deadlineMs,
    [Symbol.dispose]() {
      clearTimeout(timer);
      raw.off('close', gone);
      options.stopping?.removeEventListener('abort', stopped);
    },
  };
}
