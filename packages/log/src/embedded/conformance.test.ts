import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyText, revision } from '@mintmark/domain';
import { type LogUnderTest, logConformance, type OpenOptions } from '../conformance/index.ts';
import type { Log } from '../log.ts';
import { openEmbeddedLog } from './index.ts';
import { Store } from './store.ts';

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
    async appendRaw(key, bytes) {
      const store = new Store(path, {});
      const at = revision(store.marks.head + 1);
      await store.commit(() => store.put({ revision: at, key: keyText(key), deleted: false, bytes }));
      await store.close();
      return at;
    },
    async [Symbol.asyncDispose]() {
      await newest.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const ONE_HANDLE = 'one process owns a path, and one handle in it';
const NO_WIRE = 'the log is in the process: there is no wire on which an acknowledgement could be lost';

logConformance({
  name: 'embedded',
  open,
  exclude: {
    'two handles see one log': ONE_HANDLE,
    'of concurrent appends through two handles, one wins': ONE_HANDLE,
    'a tail of one handle is woken by an append through the other': ONE_HANDLE,
    'closing one handle leaves the other open': ONE_HANDLE,
    'a write whose acknowledgement is lost is found by its write id': NO_WIRE,
    'a write whose acknowledgement is lost is written once': NO_WIRE,
    'a tombstone whose acknowledgement is lost holds': NO_WIRE,
    'a write on the head whose acknowledgement is lost is found too': NO_WIRE,
    'a tail delivers a write whose acknowledgement is lost': NO_WIRE,
  },
});
