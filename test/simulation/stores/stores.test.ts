import { keyText, revision } from '@mintmark/domain';
import { logConformance, type LogUnderTest } from '@mintmark/log/conformance';
import { viewConformance } from '@mintmark/view/conformance';
import { Network } from '../kernel/network.ts';
import { SimNode, SimProcess } from '../kernel/node.ts';
import { Rng } from '../kernel/rng.ts';
import { Scheduler } from '../kernel/scheduler.ts';
import { Trace } from '../kernel/trace.ts';
import { SimLog } from './log.ts';
import { LogServer } from './log-server.ts';
import { SimView } from './view.ts';
import { ViewServer } from './view-server.ts';

/** A machine with a store beside it, whose simulated time goes on as fast as it can while somebody waits for real. */
function running(name: string) {
  const rng = new Rng(name);
  const scheduler = new Scheduler(new Trace(false));
  const network = new Network(scheduler, rng.fork('network'));
  const node = new SimNode('client', 'us');
  const store = new SimNode('store', 'us');
  const over = new AbortController();
  const pump = (async () => {
    while (!over.signal.aborted) {
      await scheduler.run(scheduler.now + 1);
      await new Promise(setImmediate);
    }
  })();
  const process = (): SimProcess => new SimProcess(node, scheduler, rng.fork(`process ${scheduler.now}`));
  const stop = async (): Promise<void> => {
    over.abort();
    await pump;
  };
  return { rng, network, store, node, process, stop };
}

let opened = 0;

logConformance({
  name: 'simulated',
  async open({ base = revision(0) }) {
    opened += 1;
    const { rng, network, store, node, process, stop } = running(`log ${opened}`);
    const server = new LogServer(Buffer.from(rng.bytes(16)).toString('base64url'), base);
    const place = { network, node: store, server };
    let log = new SimLog(process(), place);
    const under: LogUnderTest = {
      log,
      async reopen() {
        await log.close();
        log = new SimLog(process(), place);
        return log;
      },
      second: async () => new SimLog(process(), place),
      appendRaw: async (key, bytes) => server.put(keyText(key), false, bytes),
      loseNextAnswer() {
        let due = true;
        server.onAppend(() => {
          if (due) network.setWeather(store, node, { loss: 1 });
          due = false;
          setImmediate(() => network.setWeather(store, node, {}));
        });
      },
      async [Symbol.asyncDispose]() {
        await log.close();
        await stop();
      },
    };
    return under;
  },
});

viewConformance({
  name: 'simulated',
  async open({ feedLimit }) {
    opened += 1;
    const { rng, network, store, process, stop } = running(`view ${opened}`);
    const server = new ViewServer(() => Buffer.from(rng.bytes(16)).toString('base64url'), feedLimit);
    const place = { network, node: store, server };
    const view = new SimView(process(), place);
    const reader = new SimView(process(), place);
    return {
      view,
      reader,
      async [Symbol.asyncDispose]() {
        await Promise.all([view.close(), reader.close()]);
        await stop();
      },
    };
  },
});
