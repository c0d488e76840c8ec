import { credentials, status } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';
import { expect, test } from 'vitest';
import type { Region } from '../support/cluster.ts';
import type { Fixture } from '../support/fixture.ts';
import { until } from '../support/until.ts';
import { revoked } from './support.ts';

interface Watched {
  readonly events: validator.RevocationsEvent[];
  readonly ended: Promise<number>;
  readonly marks: () => number[];
}

function watch(stack: AsyncDisposableStack, { grpc }: Region, after: string): Watched {
  const client = stack.adopt(new validator.ValidatorClient(grpc, credentials.createInsecure()), (open) => open.close());
  const call = stack.adopt(client.watchRevocations(), (open) => open.cancel());
  const events: validator.RevocationsEvent[] = [];
  const { promise, resolve } = Promise.withResolvers<number>();
  call.on('data', (event: validator.RevocationsEvent) => events.push(event));
  call.on('error', ({ code }: { code: number }) => resolve(code));
  call.write({ after, ping: 1 });
  return { events, ended: promise, marks: () => events.flatMap(({ marks }) => marks) };
}

/** `WatchRevocations` as anybody may read it. */
export function feedSuite(fixture: () => Fixture): void {
  test('the feed tells marks, and neither ids nor secrets (P8, P9)', async () => {
    await using stack = new AsyncDisposableStack();
    const { us } = fixture();
    const watched = watch(stack, us.region, '');
    await until('the first event', async () => watched.events.length > 0);
    const token = await us.mint();
    await revoked(us, token.AccessorID);
    await until('two marks', async () => watched.marks().length >= 2);
    const bytes = Buffer.concat(watched.events.map((event) => Buffer.from(validator.RevocationsEvent.encode(event).finish())));
    for (const text of [token.SecretID, token.AccessorID, token.Name]) expect(bytes.includes(text)).toBe(false);
    expect(watched.marks().every((mark) => mark > 0 && mark < 2 ** 48)).toBe(true);
  });

  test('the feed goes on from where an earlier one ended, and says where it cannot', async () => {
    await using stack = new AsyncDisposableStack();
    const { us } = fixture();
    const first = watch(stack, us.region, '');
    await until('the first event', async () => first.events.length > 0);
    const { freshness } = first.events.at(-1) as validator.RevocationsEvent;
    const token = await us.mint();
    await until('the mark', async () => first.marks().length > 0);
    const resumed = watch(stack, us.region, freshness);
    await until('the same mark', async () => resumed.marks().includes(first.marks()[0] as number));
    expect(resumed.events[0]?.startedOver).toBe(false);
    const other = watch(stack, us.region, freshness.replace(/:[^:]+:/, ':another:'));
    await until('the first event', async () => other.events.length > 0);
    expect(other.events[0]?.startedOver).toBe(true);
    await revoked(us, token.AccessorID);
  });

  test('a place that is none is refused', async () => {
    await using stack = new AsyncDisposableStack();
    expect(await watch(stack, fixture().us.region, 'nowhere').ended).toBe(status.INVALID_ARGUMENT);
  });
}
