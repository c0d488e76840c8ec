import type { Refusal } from '@mintmark/domain';
import { systemWorld } from '@mintmark/kit/lifecycle';
import { expect, test } from 'vitest';
import { inTime } from './passwords.ts';

test('a password check that takes too long is told to come back, one that is given up rejects with that reason, and others end as they end', async () => {
  const nothing: Disposable = { [Symbol.dispose]: () => undefined };
  const timers = { ...systemWorld.timers, after: (): Disposable => nothing };
  const endless = (signal: AbortSignal): Promise<never> => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const late = {
    ...timers,
    after(_: number, call: () => void): Disposable {
      queueMicrotask(call);
      return nothing;
    },
  };
  const { signal } = new AbortController();
  await expect(inTime({ timers: late }, signal, endless)).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 1_000 } satisfies Partial<Refusal>);
  const gone = new AbortController();
  const given = inTime({ timers }, gone.signal, endless);
  gone.abort(new Error('gone'));
  await expect(given).rejects.toThrow('gone');
  expect(await inTime({ timers }, signal, async () => 'matched')).toBe('matched');
});
