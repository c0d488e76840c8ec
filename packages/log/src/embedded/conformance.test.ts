import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyText, revision } from '@mintmark/domain';
import { type LogUnderTest, logConformance, type OpenOptions } from '../conformance/index.ts';
import { faultyLog, type LogFaultPlan } from '../faulty.ts';
import type { Log } from '../log.ts';
import { openEmbeddedLog } from './index.ts';
import { Store } from './store.ts';

const NO_SLEEP = { sleep: () => Promise.resolve() };

async function open(options: OpenOptions): Promise<LogUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-log-'));
  const path = join(folder, 'log');
  let lose = false;
  // There is no wire between the log and its user: the decorator, which lets all else through, stands in for one.
  const openOnWire = async (first: OpenOptions = {}): Promise<Log> => faultyLog(await openEmbeddedLog({ path, ...first }), plan, NO_SLEEP);
  const plan: LogFaultPlan = ({ method }) => {
    if (!lose || method !== 'append') return undefined;
    lose = false;
    return { kind: 'unknown', written: true };
  };
  let newest = await openOnWire(options);
  return {
    log: newest,
    async reopen() {
      await newest.close();
      newest = await openOnWire();
      return newest;
    },
    loseNextAnswer() {
      lose = true;
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

logConformance({
  name: 'embedded',
  open,
  exclude: {
    'two handles see one log': ONE_HANDLE,
    'of concurrent appends through two handles, one wins': ONE_HANDLE,
    'a tail of one handle is woken by an append through the other': ONE_HANDLE,
    'another handle goes over to the rewritten log': ONE_HANDLE,
    'closing one handle leaves the other open': ONE_HANDLE,
  },
});
