import { expect, test } from 'vitest';
import { EchoClient, type Note, startEcho } from './echo.fixture.ts';
import { type CallPhase, callPeer, channelCredentials, createClient, type PeerOptions, unary } from './index.ts';

const NOTE: Note = { text: 'hello' };

class PeerFailure extends Error {
  readonly phase: CallPhase;

  constructor(cause: unknown, phase: CallPhase) {
    super(phase, { cause });
    this.phase = phase;
  }
}

const options: PeerOptions = { connectWithinMs: 5_000, deadlineMs: 10_000, toError: (failure, phase) => new PeerFailure(failure, phase) };

async function phaseOf(call: Promise<unknown>): Promise<CallPhase> {
  return await call.then(
    () => expect.fail('expected a failure'),
    (error: PeerFailure) => error.phase,
  );
}

test('a peer that cannot be reached leaves the call unsent, within the bound', async () => {
  const echo = await startEcho({});
  await echo.server.stop(0);
  const client = createClient(EchoClient, `127.0.0.1:${echo.server.port}`, channelCredentials('insecure'));
  const startedAt = performance.now();
  expect(await phaseOf(callPeer(client, 'say', NOTE, { ...options, connectWithinMs: 200 }))).toBe('unsent');
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  client.close();
  echo.client.close();
});

test('a caller who gives up while the connection is being made leaves the call unsent at once', async () => {
  const client = createClient(EchoClient, '127.0.0.1:1', channelCredentials('insecure'));
  const giveUp = new AbortController();
  const call = phaseOf(callPeer(client, 'say', NOTE, { ...options, connectWithinMs: 600_000, signal: giveUp.signal }));
  giveUp.abort(new Error('enough'));
  expect(await call).toBe('unsent');
  client.close();
});

test('a call that the peer has and does not answer counts as sent, one given up as ended, one answered is answered', async () => {
  const arrived: PromiseWithResolvers<void>[] = [Promise.withResolvers(), Promise.withResolvers()];
  let calls = 0;
  await using echo = await startEcho({
    say: unary<Note, Note>({}, async (call) => {
      if (call.request.text === 'echo') return call.request;
      arrived[calls++]?.resolve();
      return await new Promise<Note>(() => undefined);
    }),
  });
  expect(await callPeer(echo.client, 'say', { text: 'echo' }, options)).toEqual({ text: 'echo' });
  const giveUp = new AbortController();
  const ended = phaseOf(callPeer(echo.client, 'say', NOTE, { ...options, signal: giveUp.signal }));
  await arrived[0]?.promise;
  giveUp.abort(new Error('enough'));
  expect(await ended).toBe('ended');
  const sent = phaseOf(callPeer(echo.client, 'say', NOTE, options));
  await arrived[1]?.promise;
  await echo.server.stop(0);
  expect(await sent).toBe('sent');
});
