import { systemWorld } from '@mintmark/kit/lifecycle';
import { openEmbeddedView } from '@mintmark/view/embedded';
import { NO_REVISION } from '@mintmark/domain';
import { expect, it } from 'vitest';
import { Standing } from './standing.ts';

/** The authority of three regions; `at` is its monotonic clock. */
async function opened(stack: AsyncDisposableStack) {
  const clock = { at: 0 };
  const view = stack.adopt(openEmbeddedView(), (open) => open.close());
  const { epoch } = await view.reset({ source: { region: 'us', incarnation: 'i' }, floor: NO_REVISION });
  await view.mark({ epoch, ready: true });
  const timers = { ...systemWorld.timers, after: (_ms: number, call: () => void) => systemWorld.timers.after(5, call) };
  const standing = new Standing(view, { ...systemWorld, timers, clock: { ...systemWorld.clock, monotonic: () => clock.at } }, { region: 'us', configured: 'us', others: ['eu', 'ap'] });
  standing.reset();
  const over = new AbortController();
  const running = standing.run(over.signal);
  stack.defer(async () => {
    over.abort();
    await running;
  });
  const round = (at: number, ...answers: readonly string[]): void => {
    clock.at = at;
    standing.asks(at);
    for (const region of answers) standing.heard(region);
    standing.asked(at);
  };
  return { standing, clock, round, enter: () => standing.enter(AbortSignal.timeout(2_000)) };
}

it('one that was frozen accepts nothing before most of the regions have answered again (E3, E4)', async () => {
  await using stack = new AsyncDisposableStack();
  const { round, enter } = await opened(stack);
  round(0, 'eu');
  (await enter())[Symbol.dispose]();
  round(40_000);
  await expect(enter()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('has heard from 0 other regions') });
  round(40_500, 'ap');
  (await enter())[Symbol.dispose]();
});

it('one that is merely cut off goes on (E4)', async () => {
  await using stack = new AsyncDisposableStack();
  const { round, enter } = await opened(stack);
  round(0, 'eu');
  for (let at = 500; at <= 60_000; at += 1_500) round(at);
  (await enter())[Symbol.dispose]();
});
