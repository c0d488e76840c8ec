import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { within } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kit-run-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Run {
  readonly child: ChildProcess;
  /** Resolves once the program has printed this. */
  printed(text: string): Promise<void>;
  /** What it printed, and its exit code or signal. */
  readonly ended: Promise<{ readonly output: string; readonly code: number | NodeJS.Signals | null }>;
}

/** Runs a program around `runUntilSignal` in a process of its own. */
async function run(name: string, program: string): Promise<Run> {
  const path = join(folder, `${name}.ts`);
  await writeFile(
    path,
    `import { runUntilSignal } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};\nconst say = (text: string) => console.log(text);\n${program}`,
  );
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const check of waiting) check();
    });
  }
  return {
    child,
    printed: (text) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!output.includes(text)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    ended: once(child, 'close').then(([code, signal]) => ({ output, code: code ?? signal })),
  };
}

const SERVICE = `
import { createServer } from 'node:net';
const start = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  say('started');
  return { async [Symbol.asyncDispose]() { say('disposing'); await new Promise((resolve) => server.close(resolve)); say('disposed'); } };
};
`;

test.each(['SIGINT', 'SIGTERM'] as const)('%s disposes of what was started, and the process ends by itself with code 0', async (signal) => {
  const { child, printed, ended } = await run(
    `good-${signal}`,
    `${SERVICE} process.on('exit', () => say('exit by empty loop'));
    await runUntilSignal(start, { onStopping: (cause) => say(JSON.stringify(cause)) }); say('after');`,
  );
  await printed('started');
  child.kill(signal);
  const { output, code } = await ended;
  expect(output.trim().split('\n')).toEqual(['started', JSON.stringify({ kind: 'signal', signal }), 'disposing', 'disposed', 'after', 'exit by empty loop']);
  expect(code).toBe(0);
});

test('a signal during the start aborts it, and what was started is disposed of', async () => {
  const { child, printed, ended } = await run(
    'early',
    `await runUntilSignal(async (stopping) => {
      say('starting');
      const timer = setInterval(() => undefined, 1000);
      await new Promise((resolve) => stopping.addEventListener('abort', resolve));
      clearInterval(timer);
      return { async [Symbol.asyncDispose]() { say('disposed'); } };
    });`,
  );
  await printed('starting');
  child.kill('SIGTERM');
  expect(await ended).toEqual({ output: 'starting\ndisposed\n', code: 0 });
});

test('a start that gives up because it was told to has not failed', async () => {
  const { child, printed, ended } = await run(
    'gives-up',
    `await runUntilSignal(async (stopping) => {
      say('starting');
      const timer = setInterval(() => undefined, 1000);
      await new Promise((resolve) => stopping.addEventListener('abort', resolve));
      clearInterval(timer);
      throw stopping.reason;
    });`,
  );
  await printed('starting');
  child.kill('SIGTERM');
  expect(await ended).toEqual({ output: 'starting\n', code: 0 });
});

test('a start that fails is the caller’s error', async () => {
  const { ended } = await run(
    'failing',
    `await runUntilSignal(async () => { throw new Error('no port'); }).catch((error) => { say('caught ' + error.message); process.exitCode = 3; });`,
  );
  expect(await ended).toEqual({ output: 'caught no port\n', code: 3 });
});

test('an error that nobody caught stops the service in good order with code 1', async () => {
  const { printed, ended } = await run(
    'uncaught',
    `${SERVICE} await runUntilSignal(async () => { const running = await start(); setTimeout(() => Promise.reject(new Error('forgotten')), 10); return running; },
      { onStopping: (cause) => say(cause.kind + ' ' + cause.error.message) });`,
  );
  await printed('disposed');
  const { output, code } = await ended;
  expect(output.trim().split('\n')).toEqual(['started', 'failure forgotten', 'disposing', 'disposed']);
  expect(code).toBe(1);
});

test('a second signal ends a stop that hangs', async () => {
  const { child, printed, ended } = await run(
    'second',
    `await runUntilSignal(async () => { say('started'); setInterval(() => undefined, 1000); return { [Symbol.asyncDispose]: () => { say('hanging'); return new Promise(() => undefined); } }; },
      { onForce: (why) => say('forced: ' + why) });`,
  );
  await printed('started');
  child.kill('SIGTERM');
  await printed('hanging');
  child.kill('SIGINT');
  expect(await ended).toEqual({ output: 'started\nhanging\nforced: second signal\n', code: 1 });
});

test('a stop that takes too long, and a handle that keeps the process alive after it, end by the last resort', async () => {
  const slow = await run(
    'slow',
    `await runUntilSignal(async () => { say('started'); setInterval(() => undefined, 1000); return { [Symbol.asyncDispose]: () => new Promise(() => undefined) }; }, { lastResortMs: 100, onForce: (why) => say(why) });`,
  );
  const leaky = await run(
    'leaky',
    `await runUntilSignal(async () => { say('started'); setInterval(() => undefined, 1000); return { async [Symbol.asyncDispose]() { say('disposed'); } }; }, { lastResortMs: 100, onForce: (why) => say(why) });`,
  );
  for (const { child, printed } of [slow, leaky]) {
    await printed('started');
    child.kill('SIGTERM');
  }
  expect(await slow.ended).toEqual({ output: 'started\nstopping took too long\n', code: 1 });
  expect(await leaky.ended).toEqual({ output: 'started\ndisposed\nsomething keeps the process alive\n', code: 1 });
});

test('within says whether the work was done in time, and passes a failure on', async () => {
  expect(await within(10_000, Promise.resolve())).toBe(true);
  expect(await within(1, new Promise(() => undefined))).toBe(false);
  await expect(within(10_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
