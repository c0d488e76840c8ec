import type { Timers } from '@mintmark/kit/lifecycle';
import type { onRequestHookHandler } from 'fastify';

/**
 * A hook that lets requests through one a turn of the event loop, in the order they came, before their bodies are read. A crowd of logins then never stands
 * between a verdict and its answer.
 */
export function takingTurns({ soon }: Pick<Timers, 'soon'>): onRequestHookHandler {
  const waiting = new Set<() => void>();
  const next = (): void => {
    const [first] = waiting;
    if (first === undefined) return;
    waiting.delete(first);
    if (waiting.size > 0) soon(next);
    first();
  };
  return (_request, _reply, done) => {
    waiting.add(done);
    if (waiting.size === 1) soon(next);
  };
}
