import { type Entry, type MintRecord, NO_REVISION, type Revision, revision } from '@mintmark/domain';
import { type ChangeBatch, type View, ViewError, type ViewErrorCode, type ViewReader } from '@mintmark/view';
import { openRedisView, openRedisViewReader } from '@mintmark/view/redis';
import { type RedisServerOptions, redisServer } from '../harness/redis.ts';
import type { Server } from '../harness/server.ts';

export const REGION = 'eu-west';
export const SOURCE = { region: REGION, incarnation: 'log-incarnation-00001a' };
export const PATIENCE_MS = 15_000;

/** A view on a server of its own, ready and empty. */
export interface ViewRig extends AsyncDisposable {
  readonly server: Server;
  readonly view: View;
  readonly reader: ViewReader;
  readonly epoch: string;
}

export async function viewRig(options: RedisServerOptions = {}, feedLimit = 65_536): Promise<ViewRig> {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await redisServer(options));
  const { host, port } = server;
  const view = stack.adopt(await openRedisView({ host, port, region: REGION, feedLimit }), (opened) => opened.close());
  const reader = stack.adopt(await openRedisViewReader({ host, port, region: REGION }), (opened) => opened.close());
  const { epoch } = await view.reset({ source: SOURCE, floor: NO_REVISION });
  await view.mark({ epoch, ready: true });
  return { server, view, reader, epoch, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Applies records as the revisions that follow `from`. */
export async function write({ view, epoch }: Pick<ViewRig, 'view' | 'epoch'>, from: number, ...records: readonly MintRecord[]): Promise<Revision> {
  const to = revision(from + records.length);
  const entries: Entry[] = records.map((record, i) => ({ revision: revision(from + 1 + i), record }));
  await view.apply(entries, { epoch, from: revision(from), to }, { signal: AbortSignal.timeout(PATIENCE_MS) });
  return to;
}

/** The error that a call is refused with; fails where it is not. */
export async function refusal(call: Promise<unknown>): Promise<ViewError> {
  const outcome = await call.then(
    (value) => new Error(`answered ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof ViewError) return outcome;
  throw outcome;
}

export async function codeOf(call: Promise<unknown>): Promise<ViewErrorCode> {
  return (await refusal(call)).code;
}

/** A running feed, read in the background. */
export class Feed implements AsyncDisposable {
  readonly batches: ChangeBatch[] = [];
  /** How it ended, once it has. */
  end: ViewErrorCode | 'stopped' | undefined;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(reader: ViewReader, epoch: string, after: number) {
    this.#done = this.#read(reader, epoch, revision(after));
  }

  get revisions(): readonly number[] {
    return this.batches.flatMap(({ changes }) => changes).map((change) => change.revision);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #read(reader: ViewReader, epoch: string, after: Revision): Promise<void> {
    try {
      for await (const batch of reader.changes({ epoch, after, signal: this.#stop.signal })) this.batches.push(batch);
      this.end = 'stopped';
    } catch (error) {
      if (!(error instanceof ViewError)) throw error;
      this.end = error.code;
    }
  }
}
