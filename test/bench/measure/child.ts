import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onServerCore } from './cpu.ts';

const START_WITHIN_MS = 300_000;

/** A program of `servers/` that runs in a process of its own on the servers' core. */
export interface Child extends AsyncDisposable {
  readonly pid: number | undefined;
  /** Asks it to do something; resolves with what that returned. */
  ask<T = undefined>(command: string, argument?: unknown): Promise<T>;
}

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly problem?: string;
}

/** Starts a program and resolves with what it says once it is ready. It ends when disposed of, or with this process. */
export async function startChild<Ready>(
  program: URL,
  argument: unknown,
  flags: readonly string[] = [],
): Promise<{ readonly child: Child; readonly ready: Ready }> {
  const [command, args] = onServerCore(process.execPath, ['--expose-gc', ...flags, fileURLToPath(program), JSON.stringify(argument)]);
  const process_ = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const pending = new Map<number, (reply: Reply) => void>();
  const ended = new Promise<void>((resolve) => {
    process_.once('exit', () => {
      for (const [id, settle] of pending) settle({ id, problem: 'the process ended' });
      resolve();
    });
  });
  process_.on('message', (reply: Reply) => {
    pending.get(reply.id)?.(reply);
    pending.delete(reply.id);
  });
  let next = 0;
  const settled = <T>(id: number): Promise<T> =>
    new Promise((resolve, reject) => {
      pending.set(id, ({ value, problem }) => (problem === undefined ? resolve(value as T) : reject(new Error(`${fileURLToPath(program)}: ${problem}`))));
    });
  const child: Child = {
    pid: process_.pid,
    ask(command_, asked) {
      next += 1;
      process_.send({ id: next, command: command_, argument: asked });
      return settled(next);
    },
    [Symbol.asyncDispose]: () => end(process_, ended),
  };
  const timer = setTimeout(() => process_.kill('SIGKILL'), START_WITHIN_MS);
  try {
    return { child, ready: await settled<Ready>(0) };
  } catch (error) {
    await end(process_, ended);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function end(process_: ChildProcess, ended: Promise<void>): Promise<void> {
  if (process_.exitCode === null && process_.signalCode === null) process_.kill('SIGKILL');
  await ended;
}
