import { readdirSync, readFileSync } from 'node:fs';
import { hash } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import { HashingThreads } from './threads.ts';

/** Niceness of every thread of this process. */
function nicenesses(): number[] {
  return readdirSync('/proc/self/task').map((id) => {
    const text = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[16]);
  });
}

describe('hashing threads', () => {
  it('serve one job after another, and say what the library says of wrong parameters', async () => {
    const threads = new HashingThreads();
    await expect(threads.hash('x', { memoryCost: 1, timeCost: 0 })).rejects.toThrow();
    expect(await threads.verify(await threads.hash('x', { memoryCost: 7_168, timeCost: 5 }), 'x')).toBe(true);
  });

  it.runIf(process.platform === 'linux')('yield to every other thread', async () => {
    await new HashingThreads().verify(await hash('x'), 'x');
    const found = nicenesses();
    expect(found.filter((niceness) => niceness >= 5).length).toBeGreaterThanOrEqual(1);
    expect(Math.min(...found)).toBeLessThan(5);
  });
});
