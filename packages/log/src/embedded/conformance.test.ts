import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../log.ts';
import { type LogUnderTest, logConformance, type OpenOptions } from '../conformance/index.ts';
import { openEmbeddedLog } from './index.ts';

async function open(options: OpenOptions): Promise<LogUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-log-'));
  const path = join(folder, 'log');
  const first = await openEmbeddedLog({ path, ...options });
  let newest: Log = first;
  return {
    log: first,
    async reopen() {
      await newest.close();
      newest = await openEmbeddedLog({ path });
      return newest;
    },
    async [Symbol.asyncDispose]() {
      await newest.close();
      rmSync(folder, { recursive: true });
    },
  };
}

logConformance({ name: 'embedded', open });
