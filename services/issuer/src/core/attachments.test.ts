import { ATTACH_LEASE_MS } from '@mintmark/contract';
import { revision } from '@mintmark/domain';
import { describe, expect, it } from 'vitest';
import { Attachments } from './attachments.ts';

/** A clock that stands until it is moved, and timers that follow it. */
class Time {
  #now = 0;
  #due: { readonly at: number; readonly call: () => void }[] = [];
  readonly clock = { now: () => this.#now, monotonic: () => this.#now };
  readonly timers = {
    sleep: () => Promise.reject(new Error('not used')),
    soon: (call: () => void) => queueMicrotask(call),
    after: (ms: number, call: () => void) => {
      const timer = { at: this.#now + ms, call };
      this.#due.push(timer);
      const cancel = (): void => {
        this.#due = this.#due.filter((other) => other !== timer);
      };
      return { [Symbol.dispose]: cancel };
    },
  };

  pass(ms: number): void {
    this.#now += ms;
    const due = this.#due.filter(({ at }) => at <= this.#now);
    this.#due = this.#due.filter(({ at }) => at > this.#now);
    for (const { call } of due) call();
  }
}

const at = revision(10);

async function settled(promise: Promise<void>): Promise<'covered' | 'waiting' | 'failed'> {
  let state: 'covered' | 'waiting' | 'failed' = 'waiting';
  promise.then(
    () => {
      state = 'covered';
    },
    () => {
      state = 'failed';
    },
  );
  await new Promise((resolve) => setImmediate(resolve));
  return state;
}

describe('attachments', () => {
  it('hold a write back until every attached validator covers it', async () => {
    const attachments = new Attachments(new Time(), false);
    const [one, two] = [attachments.attach(), attachments.attach()];
    one(revision(9));
    two(revision(9));
    const covered = attachments.covers(at, new AbortController().signal);
    one(at);
    expect(await settled(covered)).toBe('waiting');
    two(revision(11));
    expect(await settled(covered)).toBe('covered');
  });

  it('do not wait for a validator that was silent for a lease', async () => {
    const time = new Time();
    const attachments = new Attachments(time, false);
    attachments.attach()(revision(9));
    const covered = attachments.covers(at, new AbortController().signal);
    time.pass(ATTACH_LEASE_MS - 1);
    expect(await settled(covered)).toBe('waiting');
    time.pass(1);
    expect(await settled(covered)).toBe('covered');
    expect(attachments.size).toBe(0);
  });

  it('of an issuer that follows another hold every write back for a lease', async () => {
    const time = new Time();
    const covered = new Attachments(time, true).covers(at, new AbortController().signal);
    time.pass(ATTACH_LEASE_MS - 1);
    expect(await settled(covered)).toBe('waiting');
    time.pass(1);
    expect(await settled(covered)).toBe('covered');
  });

  it('wait on for one that renewed its lease while a write waited', async () => {
    const time = new Time();
    const attachments = new Attachments(time, false);
    const one = attachments.attach();
    one(revision(9));
    const covered = attachments.covers(at, new AbortController().signal);
    time.pass(ATTACH_LEASE_MS - 1);
    one(revision(9));
    time.pass(ATTACH_LEASE_MS - 1);
    expect(await settled(covered)).toBe('waiting');
    time.pass(1);
    expect(await settled(covered)).toBe('covered');
  });

  it('give a caller up whose signal aborts', async () => {
    const attachments = new Attachments(new Time(), false);
    attachments.attach()(revision(9));
    const caller = new AbortController();
    const covered = attachments.covers(at, caller.signal);
    caller.abort(new Error('gone'));
    expect(await settled(covered)).toBe('failed');
  });

  it('say up to where writes were answered, so that one that was dropped and comes back behind it trusts nothing (A4, simulation seed 241)', async () => {
    const time = new Time();
    const attachments = new Attachments(time, false);
    attachments.attach()(revision(9));
    const covered = attachments.covers(at, new AbortController().signal);
    expect(attachments.answered).toBe(0);
    time.pass(ATTACH_LEASE_MS);
    expect(await settled(covered)).toBe('covered');
    expect(attachments.answered).toBe(at);
  });

  it('of an issuer that follows another count as answered what the region showed when it began', () => {
    const attachments = new Attachments(new Time(), true);
    attachments.began(revision(7));
    attachments.began(revision(8));
    expect(attachments.answered).toBe(7);
  });
});
