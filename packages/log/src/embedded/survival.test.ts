import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { NO_REVISION } from '@mintmark/domain';
import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refused } from '../conformance/expecting.ts';
import { Reader } from '../conformance/reader.ts';
import { aToken } from '../conformance/records.ts';
import type { Log } from '../log.ts';
import { openEmbeddedLog } from './index.ts';

const APPENDER = new URL('./appender.fixture.ts', import.meta.url).pathname;

/** A process that appends, and what it has said. */
class Appender {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  readonly #heard: AsyncIterator<string>;

  constructor(child: ChildProcess) {
    this.child = child;
    if (child.stdout === null) throw new Error('the appender has no output');
    this.#heard = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  static start(...args: string[]): Appender {
    return new Appender(spawn(process.execPath, [APPENDER, ...args], { stdio: ['ignore', 'pipe', 'ignore'] }));
  }

  /** One whose files cannot grow beyond half as many kilobytes: for it, the disk is full there. */
  static limited(blocks: number, ...args: string[]): Appender {
    const limit = `trap "" XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`;
    return new Appender(spawn('sh', ['-c', limit, process.execPath, APPENDER, ...args], { stdio: ['ignore', 'pipe', 'ignore'] }));
  }

  /** Listens until it has said a line that starts so, `count` times. Returns the last of them. */
  async until(start: string | RegExp, count = 1): Promise<string> {
    for (let left = count; ; ) {
      const { value, done } = await this.#heard.next();
      if (done === true) throw new Error(`the appender ended before it said ${String(start)}: ${this.lines.slice(-3).join('; ')}`);
      this.lines.push(value);
      if (value.search(start) === 0 && --left === 0) return value;
    }
  }

  /** Kills it as a power cut would, and hears what it had said before. */
  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await exit;
    }
    await this.toTheEnd();
  }

  async toTheEnd(): Promise<void> {
    for (let step = await this.#heard.next(); step.done !== true; step = await this.#heard.next()) this.lines.push(step.value);
  }

  /** The appends that were acknowledged: id and revision. */
  acknowledged(): (readonly [string, number])[] {
    return this.lines.filter((line) => line.startsWith('ack ')).map((line) => [line.split(' ')[1] ?? '', Number(line.split(' ')[2])] as const);
  }
}

// Each case starts processes: on a busy machine that takes its time.
describe('embedded log: what survives', { timeout: 60_000 }, () => {
  let folder: string;
  let path: string;
  const appenders: Appender[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mintmark-log-'));
    path = join(folder, 'log');
  });

  afterEach(async () => {
    for (const appender of appenders.splice(0)) await appender.kill();
    rmSync(folder, { recursive: true });
  });

  function started(appender: Appender): Appender {
    appenders.push(appender);
    return appender;
  }

  async function expectAll(log: Log, acknowledged: readonly (readonly [string, number])[]): Promise<void> {
    const { revision: head } = await log.head();
    await using reader = new Reader(log);
    const found = new Map((await reader.until(head)).map((entry) => [entry.record.id, entry.revision]));
    for (const [id, at] of acknowledged) expect(found.get(id), `${id}, acknowledged at ${at}`).toBe(at);
  }

  it('no acknowledged append is lost when the process is killed, five times over', async () => {
    const acknowledged: (readonly [string, number])[] = [];
    for (let round = 0; round < 5; round += 1) {
      const appender = started(Appender.start(path, `round${round}`));
      await appender.until('ack', 100 + 200 * round);
      await appender.kill();
      acknowledged.push(...appender.acknowledged());
      const log = await openEmbeddedLog({ path });
      await expectAll(log, acknowledged);
      await log.append(aToken({ id: `after${round}` }), { key: NO_REVISION });
      await log.close();
    }
    const revisions = acknowledged.map(([, at]) => at);
    expect(new Set(revisions).size).toBe(revisions.length);
    expect(revisions.length).toBeGreaterThan(2_000);
  });

  it('a log that another process has open is refused by folder and process, and opens at once when that is killed', async () => {
    const owner = started(Appender.start(path, 'owner'));
    await owner.until('ack');
    const { message } = await refused(openEmbeddedLog({ path }), 'unavailable');
    expect(message).toBe(`${path} is in use by process ${owner.child.pid}: stop it first, or use another folder`);
    await owner.kill();
    const log = await openEmbeddedLog({ path });
    await expectAll(log, owner.acknowledged());
    await log.close();
  });

  it('of processes that race for a log that its owner left behind, one gets it', async () => {
    const owner = started(Appender.start(path, 'owner'));
    await owner.until('open');
    await owner.kill();
    const racers = Array.from({ length: 4 }, (_, i) => started(Appender.start(path, `racer${i}`)));
    const outcomes = await Promise.all(racers.map((racer) => racer.until(/open|refused/)));
    expect(outcomes.filter((line) => line === 'open')).toHaveLength(1);
    expect(outcomes.filter((line) => line.startsWith('refused unavailable'))).toHaveLength(3);
  });

  it('a second handle in one process is refused, and may open when the first is closed', async () => {
    const log = await openEmbeddedLog({ path });
    const { message } = await refused(openEmbeddedLog({ path }), 'unavailable');
    expect(message).toContain(`${path} is in use by this process`);
    await log.append(aToken(), { key: NO_REVISION });
    await log.close();
    await (await openEmbeddedLog({ path })).close();
  });

  it('a full disk refuses appends with unavailable, loses nothing acknowledged, and ends neither process nor log', async () => {
    const appender = started(Appender.limited(1_000, path, 'full', '3000'));
    await appender.until('done');
    await appender.toTheEnd();
    const failed = appender.lines.filter((line) => line.startsWith('failed'));
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(failed)).toEqual(new Set(['failed unavailable']));
    const log = await openEmbeddedLog({ path });
    await expectAll(log, appender.acknowledged());
    await log.append(aToken(), { key: NO_REVISION });
    await log.close();
  });

  it('a folder that cannot be opened is refused with unavailable, by its name', async () => {
    writeFileSync(path, 'a file');
    expect((await refused(openEmbeddedLog({ path }), 'unavailable')).message).toContain(path);
  });

  it('a folder that another format was written to is refused', async () => {
    const other = open({ path, noSubdir: false });
    await other.put('anything', 1);
    await other.put('format', 1);
    await other.put('of', 1);
    await other.put('theirs', 1);
    await other.close();
    expect((await refused(openEmbeddedLog({ path }), 'unavailable')).message).toContain('was not written by this version');
  });
});
