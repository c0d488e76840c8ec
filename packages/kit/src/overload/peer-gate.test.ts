import { expect, test } from 'vitest';
import { PeerBusy, PeerGate } from './peer-gate.ts';

/** A gate of two, and the time, which only the test moves. */
function gateOf(limit = 2): { readonly gate: PeerGate; pass(ms: number): void } {
  let now = 0;
  const gate = new PeerGate({ name: 'authority', limit, clock: { monotonic: () => now }, silentAfterMs: 1_000 });
  const pass = (ms: number): void => {
    now += ms;
  };
  return { gate, pass };
}

function refusal(gate: PeerGate): string {
  try {
    gate.enter()[Symbol.dispose]();
    return 'entered';
  } catch (error) {
    if (!(error instanceof PeerBusy)) throw error;
    return error.code;
  }
}

test('G1: beyond the limit a call is refused at once, and the next one goes when one is over', () => {
  const { gate } = gateOf();
  const first = gate.enter();
  gate.enter();
  expect([refusal(gate), gate.taken, gate.refused]).toEqual(['full', 2, { full: 1 }]);
  first[Symbol.dispose]();
  expect(refusal(gate)).toBe('entered');
});

test('G2, G3: a peer that answers nobody is asked by one at a time, until it says anything', () => {
  const { gate, pass } = gateOf(10);
  const calls = [gate.enter(), gate.enter()];
  pass(1_000);
  for (const call of calls) call[Symbol.dispose]();
  expect(gate.silent).toBe(true);
  const probe = gate.enter();
  expect([refusal(gate), refusal(gate), gate.refused]).toEqual(['silent', 'silent', { silent: 2 }]);
  pass(1_000);
  probe[Symbol.dispose]();
  const another = gate.enter();
  expect(refusal(gate)).toBe('silent');
  another.answered();
  another[Symbol.dispose]();
  expect([gate.silent, refusal(gate), gate.taken]).toEqual([false, 'entered', 0]);
});

test('G3: a caller with little patience, or one slow call among answered ones, does not make a peer silent', () => {
  const { gate, pass } = gateOf();
  const hasty = gate.enter();
  pass(999);
  hasty[Symbol.dispose]();
  const slow = gate.enter();
  pass(500);
  const quick = gate.enter();
  quick.answered();
  quick[Symbol.dispose]();
  pass(5_000);
  slow[Symbol.dispose]();
  expect(gate.silent).toBe(false);
});
