import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gate } from './gate.ts';

/** What a call of `enter` has come to. */
interface Caller {
  readonly number: number;
  readonly abort: AbortController;
  outcome: 'waits' | 'inside' | 'full' | 'aborted' | 'left';
  place?: Disposable;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the gate', () => {
  it('never lets more in than there are places, keeps their order, refuses beyond the queue, and loses no place', async () => {
    const move = fc.record({ do: fc.constantFrom('enter', 'enter', 'leave', 'abort'), which: fc.nat() });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.nat(4), fc.array(move, { maxLength: 60 }), async (places, queue, moves) => {
        const gate = new Gate({ places, queue });
        const callers: Caller[] = [];
        const of = (outcome: Caller['outcome']): readonly Caller[] => callers.filter((caller) => caller.outcome === outcome);
        for (const { do: what, which } of moves) {
          const waiting = of('waits');
          if (what === 'enter') {
            const expected = of('inside').length < places ? 'inside' : waiting.length < queue ? 'waits' : 'full';
            const caller = enter(gate, callers);
            await turn();
            expect(caller.outcome).toBe(expected);
          } else if (what === 'leave') {
            const inside = of('inside');
            const leaver = inside[which % inside.length];
            if (leaver !== undefined) leaver.outcome = 'left';
            leaver?.place?.[Symbol.dispose]();
            await turn();
            if (leaver !== undefined && waiting[0] !== undefined) expect(waiting[0].outcome).toBe('inside');
          } else {
            const quitter = waiting[which % waiting.length];
            quitter?.abort.abort(new Error('enough'));
            await turn();
            if (quitter !== undefined) expect(quitter.outcome).toBe('aborted');
          }
          expect(of('inside').length).toBeLessThanOrEqual(places);
          expect(gate.waiting).toBe(of('waits').length);
        }
        while (of('inside').length > 0) {
          for (const caller of of('inside')) {
            caller.outcome = 'left';
            caller.place?.[Symbol.dispose]();
          }
          await turn();
        }
        expect(of('waits')).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('does not begin for a signal that has aborted, and takes no place for it', async () => {
    const gate = new Gate({ places: 1, queue: 0 });
    await expect(gate.enter(AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
    expect(await gate.enter()).toBeDefined();
    expect(await gate.enter()).toBeUndefined();
  });

  it('refuses bounds that make no sense', () => {
    expect(() => new Gate({ places: 0, queue: 1 })).toThrow(/^places/);
    expect(() => new Gate({ places: 1, queue: -1 })).toThrow(/^queue/);
  });
});

function enter(gate: Gate, callers: Caller[]): Caller {
  const caller: Caller = { number: callers.length, abort: new AbortController(), outcome: 'waits' };
  callers.push(caller);
  gate.enter(caller.abort.signal).then(
    (place) => {
      caller.outcome = place === undefined ? 'full' : 'inside';
      if (place !== undefined) caller.place = place;
    },
    () => {
      caller.outcome = 'aborted';
    },
  );
  return caller;
}
