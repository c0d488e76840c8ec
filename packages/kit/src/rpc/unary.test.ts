import { Metadata, status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { failureOf, type Note, startEcho } from './echo.fixture.ts';
import {
  CallEnded,
  callMetadata,
  callUnary,
  type FailedCall,
  type FinishedCall,
  fastUnary,
  MetadataError,
  type RpcCall,
  type RpcStatus,
  unary,
} from './index.ts';

const NOTE: Note = { text: 'hello' };
const never = new Promise<Note>(() => undefined);

/** Resolves with the reason once the call's signal aborts. */
function ended(call: RpcCall<Note>): Promise<CallEnded> {
  return new Promise((resolve) => {
    call.signal.addEventListener('abort', () => resolve(call.signal.reason), { once: true });
  });
}

test('a handler sees the request, the credential, the request id, the peer and the caller’s deadline', async () => {
  const seen: Record<string, unknown> = {};
  await using echo = await startEcho({
    say: unary<Note, Note>({}, async (call) => {
      Object.assign(seen, {
        request: call.request,
        credential: call.credential(),
        id: call.requestId,
        peer: call.peer,
        method: call.method,
        deadline: call.deadline,
        identity: call.identity(),
      });
      return { text: call.request.text.toUpperCase() };
    }),
  });
  const before = Date.now();
  const answer = await callUnary(echo.client, 'say', NOTE, { deadlineMs: 5_000, metadata: callMetadata({ credential: 's3cret', requestId: 'req-1' }) });
  expect(answer).toEqual({ text: 'HELLO' });
  expect(seen).toMatchObject({ request: NOTE, credential: 's3cret', id: 'req-1', method: '/kit.test.Echo/Say', identity: undefined });
  expect(seen.peer).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(seen.deadline).toBeGreaterThan(before + 4_000);
  expect(seen.deadline).toBeLessThanOrEqual(Date.now() + 5_000);
});

test('an absent or empty credential is none, and a request id out of form is replaced', async () => {
  const seen: (string | undefined)[] = [];
  await using echo = await startEcho({
    say: fastUnary<Note, Note>({}, (call) => {
      seen.push(call.credential(), call.requestId);
      return call.request;
    }),
  });
  const odd = new Metadata();
  odd.set('mintmark-request-id', 'has space');
  odd.set('mintmark-credential', '');
  await callUnary(echo.client, 'say', NOTE, { metadata: odd });
  await callUnary(echo.client, 'say', NOTE, {});
  const [emptyCredential, replaced, noCredential, made] = seen;
  expect([emptyCredential, noCredential]).toEqual([undefined, undefined]);
  for (const id of [replaced, made]) expect(id).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  expect(replaced).not.toBe(made);
});

test('a call without a deadline is refused in words, and the handler does not run', async () => {
  let ran = false;
  await using echo = await startEcho({
    say: unary<Note, Note>({}, async (call) => {
      ran = true;
      return call.request;
    }),
  });
  const failure = await failureOf(new Promise((resolve, reject) => echo.client.say(NOTE, (error, note) => (error === null ? resolve(note) : reject(error)))));
  expect(failure).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining('deadline') });
  expect(ran).toBe(false);
});

test('a public method gives callers without a deadline its own, and answers when it has passed', async () => {
  const { promise, resolve } = Promise.withResolvers<CallEnded>();
  await using echo = await startEcho({
    say: unary<Note, Note>({ defaultDeadlineMs: 50 }, (call) => {
      void ended(call).then(resolve);
      return never;
    }),
  });
  const failure = await failureOf(new Promise((done, reject) => echo.client.say(NOTE, (error, note) => (error === null ? done(note) : reject(error)))));
  expect(failure.code).toBe(status.DEADLINE_EXCEEDED);
  expect((await promise).code).toBe('deadline_exceeded');
});

test('the handler’s signal tells a deadline from a cancellation, and the caller’s own reason survives', async () => {
  const reasons: CallEnded[] = [];
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  await using echo = await startEcho({
    say: unary<Note, Note>({}, async (call) => {
      start();
      reasons.push(await ended(call));
      return call.request;
    }),
  });
  expect((await failureOf(callUnary(echo.client, 'say', NOTE, { deadlineMs: 30 }))).code).toBe(status.DEADLINE_EXCEEDED);
  await expect.poll(() => reasons.length).toBe(1);
  const cancel = new AbortController();
  const call = callUnary(echo.client, 'say', NOTE, { signal: cancel.signal });
  await started;
  await new Promise((resolve) => setImmediate(resolve));
  const reason = new Error('changed my mind');
  cancel.abort(reason);
  expect(await failureOf(call)).toBe(reason);
  await expect.poll(() => reasons.length).toBe(2);
  expect(reasons.every((one) => one instanceof CallEnded)).toBe(true);
  expect(reasons[1]?.code).toBe('cancelled');
});

test('a call whose signal has aborted before is not sent', async () => {
  let ran = false;
  await using echo = await startEcho({
    say: fastUnary<Note, Note>({}, (call) => {
      ran = true;
      return call.request;
    }),
  });
  const reason = new Error('too late');
  expect(await failureOf(callUnary(echo.client, 'say', NOTE, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  expect(ran).toBe(false);
});

test('of two deadlines the earlier counts', async () => {
  await using echo = await startEcho({ say: unary<Note, Note>({}, () => never) });
  const startedAt = Date.now();
  await failureOf(callUnary(echo.client, 'say', NOTE, { deadlineMs: 60_000, deadline: Date.now() + 30 }));
  await failureOf(callUnary(echo.client, 'say', NOTE, { deadlineMs: 30, deadline: Date.now() + 60_000 }));
  expect(Date.now() - startedAt).toBeLessThan(10_000);
});

test('an error goes through the mapping; one that maps to INTERNAL is opaque to the caller and reported with the request id', async () => {
  const reported: { error: unknown; call: FailedCall }[] = [];
  const toStatus = (error: unknown): RpcStatus =>
    error instanceof RangeError
      ? { code: status.OUT_OF_RANGE, details: error.message, metadata: callMetadata({ requestId: 'trailer' }) }
      : { code: status.INTERNAL, details: 'internal error', metadata: new Metadata() };
  await using echo = await startEcho(
    {
      say: unary<Note, Note>({ toStatus }, async (call) => {
        if (call.request.text === 'range') throw new RangeError('too far');
        throw new Error('the password is hunter2');
      }),
    },
    { onError: (error, call) => void reported.push({ error, call }) },
  );
  const known = await failureOf(callUnary(echo.client, 'say', { text: 'range' }, {}));
  expect(known).toMatchObject({ code: status.OUT_OF_RANGE, details: 'too far' });
  expect(known.metadata.get('mintmark-request-id')).toEqual(['trailer']);
  expect(reported).toEqual([]);
  const unknown = await failureOf(callUnary(echo.client, 'say', NOTE, { metadata: callMetadata({ requestId: 'req-2' }) }));
  expect(unknown).toMatchObject({ code: status.INTERNAL, details: 'internal error' });
  expect(reported).toMatchObject([{ error: { message: 'the password is hunter2' }, call: { method: '/kit.test.Echo/Say', requestId: 'req-2' } }]);
});

test('a handler that throws before it returns a promise, and details no header can carry, still become an answer', async () => {
  const toStatus = (): RpcStatus => ({ code: status.ABORTED, details: `\ud800${'x'.repeat(100_000)}`, metadata: new Metadata() });
  await using echo = await startEcho({
    say: fastUnary<Note, Note>({ toStatus }, () => {
      throw new Error('at once');
    }),
  });
  const failure = await failureOf(callUnary(echo.client, 'say', NOTE, {}));
  expect(failure.code).toBe(status.ABORTED);
  expect(failure.details.length).toBeLessThan(2_000);
});

test('bytes that are no message are refused in words and do not reach the handler', async () => {
  await using echo = await startEcho({ say: fastUnary<Note, Note>({}, (call) => ({ text: `got ${call.request.text}` })) });
  const raw = new Promise((resolve, reject) => {
    echo.client.makeUnaryRequest(
      '/kit.test.Echo/Say',
      () => Buffer.from('{"te'),
      (bytes) => bytes,
      {},
      new Metadata(),
      { deadline: Date.now() + 5_000 },
      (error, value) => (error === null ? resolve(value) : reject(error)),
    );
  });
  expect(await failureOf(raw)).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining('/kit.test.Echo/Say') });
  expect(await callUnary(echo.client, 'say', NOTE, {})).toEqual({ text: 'got hello' });
});

test('an answer that cannot be encoded is an opaque failure and is reported', async () => {
  const reported: unknown[] = [];
  const cyclic: { text: string; self?: unknown } = { text: 'a' };
  cyclic.self = cyclic;
  await using echo = await startEcho({ say: fastUnary<Note, Note>({}, () => cyclic) }, { onError: (error) => void reported.push(error) });
  expect((await failureOf(callUnary(echo.client, 'say', NOTE, {}))).code).toBe(status.INTERNAL);
  expect(reported).toHaveLength(1);
});

test('a message above the bound is refused, and the next call works', async () => {
  await using echo = await startEcho({ say: fastUnary<Note, Note>({}, (call) => call.request) }, { maxMessageBytes: 1_000 });
  expect((await failureOf(callUnary(echo.client, 'say', { text: 'x'.repeat(2_000) }, {}))).code).toBe(status.RESOURCE_EXHAUSTED);
  expect(await callUnary(echo.client, 'say', NOTE, {})).toEqual(NOTE);
});

test('every finished call is observed with its code, and an observer that throws does no harm', async () => {
  const finished: FinishedCall[] = [];
  await using echo = await startEcho(
    {
      say: fastUnary<Note, Note>({}, (call) => {
        if (call.request.text === 'fail') throw new Error('no');
        return call.request;
      }),
    },
    {
      observe(call) {
        finished.push(call);
        throw new Error('broken observer');
      },
    },
  );
  await callUnary(echo.client, 'say', NOTE, {});
  await failureOf(callUnary(echo.client, 'say', { text: 'fail' }, {}));
  expect(finished.map(({ method, code }) => [method, code])).toEqual([
    ['/kit.test.Echo/Say', status.OK],
    ['/kit.test.Echo/Say', status.INTERNAL],
  ]);
  for (const { durationMs } of finished) expect(durationMs).toBeGreaterThanOrEqual(0);
});

test('a credential that no header can carry is an error that does not repeat it', () => {
  for (const credential of ['line\nfeed', 'naïve', 'nul\0']) {
    expect(() => callMetadata({ credential })).toThrow(MetadataError);
    expect(() => callMetadata({ credential })).not.toThrow(credential);
  }
  expect(() => callMetadata({ requestId: 'a b' })).toThrow(MetadataError);
});
