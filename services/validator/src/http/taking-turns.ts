import type { Timers } from '@mintmark/kit/lifecycle';
import type { onRequestHookHandler } from 'fastify';
import { LoopQueue } from '../core/loop-queue.ts';

/**
 * A hook that lets requests through one a turn of the event loop, in the order they came, before their bodies are read. A crowd of logins then never stands
 * between a verdict and its answer.
 */
export function takingTurns(timers: Pick<Timers, 'soon'>): onRequestHookHandler {
  const crowd = new LoopQueue(timers);
  return (_request, _reply, done) => crowd.add(done);
}
