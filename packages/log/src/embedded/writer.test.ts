import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_REVISION } from '@mintmark/domain';
import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aToken } from '../conformance/records.ts';
import { openEmbeddedLog } from './index.ts';

const NEVER = { key: NO_REVISION };
const STRACE = spawnSync('strace', ['-V']).status === 0;
const APPENDER = new URL('./appender.fixture.ts', import.meta.url).pathname;

describe('embedded log: how appends reach the disk', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mintmark-log-'));
    path = join(folder, 'log');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  /** How many transactions were ever committed to the file. */
  async function commits(): Promise<number> {
    const file = open({ path, noSubdir: false, readOnly: true });
    const { lastTxnId } = file.getStats() as { lastTxnId: number };
    await file.close();
    return lastTxnId;
  }

  it('256 concurrent appends share commits', async () => {
    const log = await openEmbeddedLog({ path });
    const before = await commits();
    await Promise.all(Array.from({ length: 256 }, () => log.append(aToken(), NEVER)));
    expect((await commits()) - before).toBe(1);
    await log.close();
  });

  it('appends that come while a commit is under way share the next one', async () => {
    const log = await openEmbeddedLog({ path });
    const before = await commits();
    const first = log.append(aToken(), NEVER);
    const others: Promise<unknown>[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      await new Promise(setImmediate);
      others.push(log.append(aToken(), NEVER), log.append(aToken(), NEVER));
    }
    await first;
    await Promise.all(others);
    expect((await commits()) - before).toBeLessThanOrEqual(4);
    await log.close();
  });

  it('conflicts cost no commit', async () => {
    const log = await openEmbeddedLog({ path });
    const token = aToken();
    await log.append(token, NEVER);
    const before = await commits();
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => log.append(token, NEVER)));
    expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true);
    expect((await commits()) - before).toBe(0);
    await log.close();
  });

  it.skipIf(!STRACE)(
    `an append is acknowledged after its data are flushed and its commit is written through${STRACE ? '' : ' (left out: there is no strace here)'}`,
    () => {
      const trace = join(folder, 'trace');
      spawnSync('strace', ['-f', '-qq', '-e', 'trace=openat,fdatasync,pwrite64,write', '-o', trace, process.execPath, APPENDER, path, 'traced', '40']);
      const text = readFileSync(trace, 'utf8');
      expect(text).toMatch(/data\.mdb", O_WRONLY\|O_DSYNC/);
      const steps = stepsOf(text);
      expect(steps.filter((step) => step === 'ack')).toHaveLength(40);
      expect(steps.join(' ')).toMatch(/^(flush through ((ack )*ack )?)+done$/);
      for (const [i, step] of steps.entries()) if (step === 'ack') expect(['through', 'ack']).toContain(steps[i - 1]);
    },
  );
});

/**
 * What a traced appender did, in order of completion: `flush`; `through`, LMDB's write of the 128 bytes that make a commit visible, to a
 * descriptor that returns when they are on the disk; `ack`; `done`.
 */
function stepsOf(trace: string): string[] {
  const steps: string[] = [];
  for (const line of trace.split('\n')) {
    if (/ fdatasync\(|fdatasync resumed/.test(line) && line.endsWith('= 0')) steps.push('flush');
    else if (/pwrite64.* = 128$/.test(line)) steps.push('through');
    else if (line.includes(' write(1, "ack')) steps.push('ack');
    else if (line.includes(' write(1, "done')) steps.push('done');
  }
  const last = steps.indexOf('done');
  return steps.slice(0, last + 1);
}
