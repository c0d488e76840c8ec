import { Worker } from 'node:worker_threads';
import type { Options } from '@node-rs/argon2';
import { HASHING_THREAD } from './thread-url.ts';

export type Job =
  | { readonly kind: 'hash'; readonly password: string; readonly parameters: Options }
  | { readonly kind: 'verify'; readonly password: string; readonly stored: string };

export type Outcome = { readonly value: string | boolean } | { readonly problem: string };

/**
 * Threads that only hash, apart from the platform's pool, which signatures and files wait for. They are started when they are needed, yield the cores to
 * every other thread where the system lets them (Linux), and keep no process alive while they are idle.
 */
export class HashingThreads {
  readonly #idle = new Set<Worker>();

  /** A PHC string. Rejects where the library refuses the parameters, and when the thread ends. */
  async hash(password: string, parameters: Options): Promise<string> {
    return (await this.#run({ kind: 'hash', password, parameters })) as string;
  }

  /** Whether the password is that of a PHC string. Rejects as `hash` does. */
  async verify(stored: string, password: string): Promise<boolean> {
    return (await this.#run({ kind: 'verify', password, stored })) as boolean;
  }

  async #run(job: Job): Promise<string | boolean> {
    const thread = this.#idle.values().next().value ?? this.#start();
    this.#idle.delete(thread);
    thread.ref();
    const outcome = await outcomeOf(thread, job);
    thread.unref();
    this.#idle.add(thread);
    if ('problem' in outcome) throw new Error(outcome.problem);
    return outcome.value;
  }

  #start(): Worker {
    const thread = new Worker(HASHING_THREAD, { execArgv: [] });
    thread.on('error', () => undefined);
    thread.on('exit', () => this.#idle.delete(thread));
    return thread;
  }
}

/** What the thread answers; rejects when it ends instead. */
function outcomeOf(thread: Worker, job: Job): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const ended = (code: number): void => reject(new Error(`a hashing thread ended with ${code}`));
    thread.once('exit', ended);
    thread.once('message', (outcome: Outcome) => {
      thread.off('exit', ended);
      resolve(outcome);
    });
    thread.postMessage(job);
  });
}
