/*
 * A program for tests: `appender.fixture.ts FOLDER PREFIX [LIMIT]`. Opens the log and appends tokens whose ids start with the prefix, 32 at a time, without end
 * or LIMIT times. Writes `open`, then `ack ID REVISION` for each append that was acknowledged and `failed CODE` for each that was not, then `done`;
 * or `refused CODE MESSAGE` when the log does not open.
 */
import { writeSync } from 'node:fs';
import { NO_REVISION } from '@mintmark/domain';
import { aToken } from '../conformance/records.ts';
import { type Log, LogError } from '../log.ts';
import { openEmbeddedLog } from './index.ts';

const [path = '', prefix = '', limit = 'Infinity'] = process.argv.slice(2);
const STDOUT = 1;
let next = 0;

function say(line: string): void {
  writeSync(STDOUT, `${line}\n`);
}

function codeOf(error: unknown): string {
  return error instanceof LogError ? error.code : String(error);
}

async function lane(log: Log): Promise<void> {
  while (next < Number(limit)) {
    const id = `${prefix}-${next++}`;
    try {
      say(`ack ${id} ${await log.append(aToken({ id }), { key: NO_REVISION })}`);
    } catch (error) {
      say(`failed ${codeOf(error)}`);
    }
  }
}

try {
  const log = await openEmbeddedLog({ path });
  say('open');
  await Promise.all(Array.from({ length: 32 }, () => lane(log)));
  say('done');
  await log.close();
} catch (error) {
  say(`refused ${codeOf(error)} ${(error as Error).message}`);
}
