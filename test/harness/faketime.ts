import { rename, writeFile } from 'node:fs/promises';
import { findFaketime } from '../setup/faketime.ts';

/**
 * The wall clock of one process, moved by Debian's libfaketime, which is loaded before its own C library. What counts milliseconds goes on as it is. A program that
 * does not go by the C library, as nats-server, does not see it, and redis-server does not start with it.
 */
export interface ShiftedClock {
  readonly env: Readonly<Record<string, string>>;
  /** Sets it so many milliseconds before or behind the machine's, within a second. */
  shift(ms: number): Promise<void>;
}

/** Throws where the library is missing. */
export async function shiftedClock(file: string): Promise<ShiftedClock> {
  const library = findFaketime();
  if (library === undefined) throw new Error('libfaketime is not on this machine: `npm run faults` gets it, or install it');
  const shift = async (ms: number): Promise<void> => {
    await writeFile(`${file}.new`, `${ms < 0 ? '-' : '+'}${Math.abs(ms) / 1_000}`);
    await rename(`${file}.new`, file);
  };
  await shift(0);
  const env = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_CACHE_DURATION: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };
  return { env, shift };
}
