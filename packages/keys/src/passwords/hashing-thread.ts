import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { hashSync, verifySync } from '@node-rs/argon2';
import type { Job, Outcome } from './threads.ts';

/** A third of the weight of a thread that answers: enough to get on where all cores are busy. */
const NICENESS = 5;

/** What a thread of `HashingThreads` runs: one job after another. */
parentPort?.on('message', (job: Job) => parentPort?.postMessage(outcomeOf(job)));
yieldToOthers();

function outcomeOf(job: Job): Outcome {
  try {
    return { value: job.kind === 'hash' ? hashSync(job.password, job.parameters) : verifySync(job.stored, job.password) };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** Linux gives each thread a niceness of its own. Elsewhere that would be the whole process's, which is left alone, as it is where the system says no. */
function yieldToOthers(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), NICENESS);
  } catch {
    return;
  }
}
