import { within } from './within.ts';

export interface RunOptions {
  /** How long stopping may take, and the process may linger after it, before it is ended by force. Default 30 s. */
  readonly lastResortMs?: number;
  /** Hears of the signal or the failure with which stopping begins, and of each failure after it. Must not throw. */
  readonly onStopping?: (cause: StopCause) => void;
  /** Hears why the process ends by force. Must not throw. */
  readonly onForce?: (why: 'second signal' | 'stopping took too long' | 'something keeps the process alive') => void;
}

export type StopCause = { readonly kind: 'signal'; readonly signal: 'SIGINT' | 'SIGTERM' } | { readonly kind: 'failure'; readonly error: unknown };

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Starts something and keeps it until SIGINT, SIGTERM or an error that nobody caught; then disposes of it and resolves, leaving the process
 * to end by its empty event loop with exit code 0, or 1 after a failure. `start` may heed the signal, and give up by throwing its reason. A second signal, or
 * `lastResortMs` gone by, ends the process by force with exit code 1. Rejects when starting or stopping fails.
 */
export async function runUntilSignal(start: (stopping: AbortSignal) => Promise<AsyncDisposable>, options: RunOptions = {}): Promise<void> {
  const lastResortMs = options.lastResortMs ?? 30_000;
  const stop = new AbortController();
  const { promise: stopping, resolve } = Promise.withResolvers<void>();
  const force = (why: Parameters<NonNullable<RunOptions['onForce']>>[0]): void => {
    options.onForce?.(why);
    process.exit(1);
  };
  const begin = (cause: StopCause): void => {
    if (stop.signal.aborted && cause.kind === 'signal') force('second signal');
    if (cause.kind === 'failure') process.exitCode = 1;
    options.onStopping?.(cause);
    if (stop.signal.aborted) return;
    stop.abort(new Error('the process is stopping'));
    resolve();
  };
  using _listening = listen(begin);
  try {
    const running = await start(stop.signal);
    await stopping;
    if (!(await within(lastResortMs, Promise.resolve(running[Symbol.asyncDispose]())))) force('stopping took too long');
  } catch (error) {
    // A start that gave up because it was told to has not failed.
    if (error !== stop.signal.reason) throw error;
  } finally {
    setTimeout(force, lastResortMs, 'something keeps the process alive').unref();
  }
}

function listen(begin: (cause: StopCause) => void): Disposable {
  const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => begin({ kind: 'signal', signal });
  const onFailure = (error: unknown): void => begin({ kind: 'failure', error });
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('uncaughtException', onFailure);
  return {
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
      process.off('uncaughtException', onFailure);
    },
  };
}
