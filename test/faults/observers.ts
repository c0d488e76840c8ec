import { Metadata, credentials, status, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import { validator } from '@mintmark/contract';
import { setTimeout as pause } from 'node:timers/promises';
import { type AclApi, indexOf, type StubJson } from '../scenarios/support/acl.ts';
import type { Fixture } from '../scenarios/support/fixture.ts';
import { json } from '../scenarios/support/http.ts';
import type { FeedEvent, Recorder } from './history.ts';
import type { Token } from './workload.ts';

/** Something that watches the run until it is stopped, and then has ended. */
export interface Observer {
  stop(): Promise<void>;
}

const RETRY_MS = 50;

/** Follows a region's table index by blocked queries and writes down every index that it is told. */
export function pollIndex(api: AclApi, recorder: Recorder): Observer & { readonly index: () => number } {
  let [running, index] = [true, 0];
  const loop = (async () => {
    while (running) {
      const start = performance.now();
      const reply = await api.list({ index, wait: '500ms', per_page: 1 }, { within: 10_000 }).catch(() => undefined);
      const told = reply?.status === 200 ? indexOf(reply) : undefined;
      if (told === undefined) await pause(RETRY_MS);
      else {
        recorder.looks.push({ poller: `poller of ${api.region.name}`, region: api.region.name, start, end: performance.now(), index: told });
        index = Math.max(index, told);
      }
    }
  })();
  return { index: () => index, async stop() { running = false; await loop; } };
}

/** Uses secrets of the run's tokens, live and deleted, in all regions, and writes down who took them. */
export function useTokens({ all }: Fixture, tokens: readonly Token[], recorder: Recorder): Observer {
  let running = true;
  const loops = all.map(async (api, at) => {
    for (let turn = at; running; turn += 7) {
      const recent = tokens.length - 1 - (turn % Math.min(tokens.length, 200));
      const token = tokens[recent];
      if (token === undefined) await pause(RETRY_MS);
      else if ((await useOnce(api, token, recorder)) === undefined) await pause(RETRY_MS);
      else await pause(10);
    }
  });
  return { async stop() { running = false; await Promise.all(loops); } };
}

/** Hunts are begun for no more than so many tokens at once. */
const HUNTED = 20;
const HUNT_MS = 10;

/** Uses each token that it is given, in every region, again and again until it is refused there. */
export function huntRevoked({ all }: Fixture, recorder: Recorder): Observer & { readonly hunt: (token: Token) => void } {
  const hunts = new Set<Promise<unknown>>();
  let running = true;
  const until = async (api: AclApi, token: Token): Promise<void> => {
    while (running && (await useOnce(api, token, recorder)) !== 'refused') await pause(HUNT_MS);
  };
  return {
    hunt(token) {
      if (!running || hunts.size >= HUNTED || token.secret === '') return;
      const hunted = Promise.all(all.map((api) => until(api, token))).finally(() => hunts.delete(hunted));
      hunts.add(hunted);
    },
    async stop() {
      running = false;
      await Promise.all(hunts);
    },
  };
}

/** One use of a token's secret. A region that cannot tell (503, or no answer) is not written down, and gives `undefined`. */
export async function useOnce(api: AclApi, token: Token, recorder: Recorder): Promise<'accepted' | 'refused' | undefined> {
  const start = performance.now();
  const reply = await api.as(token.secret).self({}, { within: 10_000 }).catch(() => undefined);
  if (reply === undefined || ![200, 403].includes(reply.status)) return undefined;
  recorder.uses.push({ accessor: token.accessor, region: api.region.name, start, end: performance.now(), accepted: reply.status === 200 });
  return reply.status === 200 ? 'accepted' : 'refused';
}

/** Takes what a follower learns, in order. */
export interface FeedSink {
  readonly events: { push(event: FeedEvent): unknown };
}

export interface Follower extends Observer {
  /** Everything up to this index has been learnt of. */
  readonly index: () => number;
  /** Why each stream ended. */
  readonly ends: readonly string[];
}

/** The end of a stream that tells the follower to list again and to go on from that list's index. */
const START_OVER = /^ABORTED: .*list again/;

/** Follows the region's change feed of tokens over gRPC, and takes it up after the last index whenever it breaks. */
export function followFeed(api: AclApi, after: number, recorder: FeedSink): Follower {
  const { name: region, grpc } = api.region;
  const client = new validator.ValidatorClient(grpc, credentials.createInsecure(), { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 500 });
  const metadata = new Metadata();
  metadata.set('mintmark-credential', api.secret ?? '');
  const state = new FeedState(region, after, recorder);
  const ends: string[] = [];
  let running = true;
  let stream: ClientReadableStream<validator.WatchEvent> | undefined;
  const loop = (async () => {
    while (running) {
      stream = client.watch({ kind: 'token', after: state.index }, metadata, { deadline: Date.now() + 600_000 });
      const end = await endOf(stream, (event) => state.take(event));
      ends.push(end);
      if (running && START_OVER.test(end)) await state.list(api);
      if (running) await pause(RETRY_MS);
    }
    client.close();
  })();
  return { index: () => state.index, ends, async stop() { running = false; stream?.cancel(); await loop; } };
}

/** What a follower knows: how far it is, and which tokens live. */
class FeedState {
  index: number;
  private readonly live = new Map<string, number>();
  private readonly region: string;
  private readonly recorder: FeedSink;

  constructor(region: string, after: number, recorder: FeedSink) {
    this.region = region;
    this.index = after;
    this.recorder = recorder;
  }

  take({ index, id, deleted }: validator.WatchEvent): void {
    if (id !== '') this.learn('sent', Number(index), id, deleted, Number(index));
    this.index = Math.max(this.index, Number(index));
  }

  /** Reads the list and learns what differs from what is known. A list that cannot be had, or that is older than what is known, teaches nothing. */
  async list(api: AclApi): Promise<void> {
    const reply = await api.list({}, { within: 10_000 }).catch(() => undefined);
    if (reply?.status !== 200 || indexOf(reply) < this.index) return;
    const stubs = new Map(json<StubJson[]>(reply).map((stub) => [stub.AccessorID, stub.ModifyIndex]));
    for (const [accessor, index] of stubs) if (this.live.get(accessor) !== index) this.learn('list', index, accessor, false, indexOf(reply));
    for (const accessor of this.live.keys()) if (!stubs.has(accessor)) this.learn('list', indexOf(reply), accessor, true, indexOf(reply));
    this.index = indexOf(reply);
  }

  private learn(by: FeedEvent['by'], index: number, accessor: string, deleted: boolean, through: number): void {
    this.recorder.events.push({ by, follower: `follower of ${this.region}`, region: this.region, index, through, accessor, deleted });
    if (deleted) this.live.delete(accessor);
    else this.live.set(accessor, index);
  }
}

function endOf(stream: ClientReadableStream<validator.WatchEvent>, take: (event: validator.WatchEvent) => void): Promise<string> {
  return new Promise((resolve) => {
    stream.on('data', take);
    stream.on('error', (error: ServiceError) => resolve(`${status[error.code] ?? error.code}: ${error.details}`));
    stream.on('end', () => resolve('ended'));
  });
}
