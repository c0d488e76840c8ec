import { type Entry, NO_REVISION, revision } from '@mintmark/domain';
import { describe, expect, it } from 'vitest';
import { viewConformance } from './conformance/index.ts';
import { openEmbeddedView } from './embedded/index.ts';
import { type FaultyWorld, faultyView, type ViewFault, type ViewMethod } from './faulty.ts';
import { type View, ViewError } from './view.ts';

/** Sleeps for no time, and remembers for how long it was asked to. */
function clock(): FaultyWorld & { readonly slept: number[] } {
  const slept: number[] = [];
  return { slept, sleep: async (ms) => void slept.push(ms) };
}

/** A ready view whose calls of one method suffer faults in turn. */
async function faulty(method: ViewMethod, faults: readonly (ViewFault | undefined)[], world = clock()): Promise<{ view: View; sound: View; epoch: string }> {
  const sound = openEmbeddedView();
  const { epoch } = await sound.reset({ source: { region: 'us-east', incarnation: 'i' }, floor: NO_REVISION });
  await sound.mark({ epoch, ready: true });
  const view = faultyView(sound, (call) => (call.method === method ? faults[call.nth - 1] : undefined), world);
  return { view, sound, epoch };
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'answered',
    (error: unknown) => (error instanceof ViewError ? error.code : 'another error'),
  );
}

function step(epoch: string, from: number): [readonly Entry[], { epoch: string; from: ReturnType<typeof revision>; to: ReturnType<typeof revision> }] {
  return [[], { epoch, from: revision(from), to: revision(from + 1) }];
}

viewConformance({
  name: 'faulty, without faults',
  async open(options) {
    const view = faultyView(openEmbeddedView(options), () => undefined, clock());
    return { view, reader: view, [Symbol.asyncDispose]: () => view.close() };
  },
});

describe('faultyView', () => {
  it('fails a call without doing it', async () => {
    const { view, sound, epoch } = await faulty('apply', [{ kind: 'fail', code: 'unavailable' }]);
    expect(await codeOf(view.apply(...step(epoch, 0)))).toBe('unavailable');
    expect((await sound.watermark()).revision).toBe(0);
    expect(await codeOf(view.apply(...step(epoch, 0)))).toBe('answered');
  });

  it('loses the acknowledgement of a call that was done', async () => {
    const { view, epoch } = await faulty('apply', [{ kind: 'lose' }]);
    expect(await codeOf(view.apply(...step(epoch, 0)))).toBe('unavailable');
    expect((await view.watermark()).revision).toBe(1);
  });

  it('delays a call', async () => {
    const world = clock();
    const { view } = await faulty('watermark', [{ kind: 'delay', ms: 70 }], world);
    expect(await codeOf(view.watermark())).toBe('answered');
    expect(world.slept).toEqual([70]);
  });

  it('drops a call until its signal aborts', async () => {
    const { view, sound, epoch } = await faulty('apply', [{ kind: 'drop' }]);
    const stop = new AbortController();
    const call = view.apply(...step(epoch, 0), { signal: stop.signal });
    stop.abort('enough');
    await expect(call).rejects.toBe('enough');
    expect((await sound.watermark()).revision).toBe(0);
  });

  it('swallows a batch of a feed, ends it, or stalls it', async () => {
    const faults: readonly ViewFault[] = [{ kind: 'lose' }, { kind: 'fail', code: 'too_slow' }, { kind: 'drop' }];
    const { sound, epoch } = await faulty('changes', []);
    const stalled = Promise.withResolvers<void>();
    const plan = ({ method, nth }: { method: ViewMethod; nth: number }): ViewFault | undefined => {
      if (method !== 'changes') return undefined;
      if (nth === faults.length) stalled.resolve();
      return faults[nth - 1];
    };
    const view = faultyView(sound, plan, clock());
    const stop = new AbortController();
    const read = async (): Promise<string> => {
      for await (const batch of view.changes({ epoch, after: NO_REVISION, signal: stop.signal })) return `through ${batch.through}`;
      return 'ended';
    };
    const first = codeOf(read());
    await view.apply(...step(epoch, 0));
    await view.apply(...step(epoch, 1));
    expect(await first).toBe('too_slow');
    const second = read();
    await stalled.promise;
    stop.abort();
    expect(await second).toBe('ended');
  });
});
