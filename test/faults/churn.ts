import { readFile } from 'node:fs/promises';
import { type AclApi, indexOf, type Minted, named, succeeded, type TokenJson } from '../scenarios/support/acl.ts';
import type { PartName } from '../scenarios/support/cluster.ts';
import { bootstrapped, type Fixture, openFixture } from '../scenarios/support/fixture.ts';
import { json } from '../scenarios/support/http.ts';
import { until } from '../scenarios/support/until.ts';
import type { FeedEvent } from './history.ts';
import { followFeed } from './observers.ts';
import { rendered, type Table, writeRows } from '../harness/reliability-table.ts';

/*
 * Tokens that are minted and expire, many times as many as the region holds at once. Time is compressed: the services' clock is set ahead. All but some stay in
 * their region. What the region keeps afterwards must be what it kept before.
 */

const ROUNDS = 20;
const IN_FLIGHT = 256;
/** One of so many is global. */
const GLOBAL_EVERY = 20;
const LIFETIME = '1h';
const AHEAD_MS = 2 * 3_600_000;
/** How long tombstones are kept; the least that a replicator accepts. */
const RETENTION_MS = 60_000;
/** The log's own records, keys and the like, and what the survivors are. */
const MOST_LEFT = 200;
/** What may have grown from the sample in the middle, when every process is warm, to the last: heaps have no end of garbage. */
const GROWTH_MIB = { process: 96, store: 16 } as const;
const MIB = 1 << 20;

export const CHURN: Table = {
  name: 'churn',
  head: ['tokens so far', 'minutes', 'issuer MiB', 'replicator MiB', 'validator MiB', 'nats-server MiB', 'redis-server MiB', "Redis's data MiB", 'log on disk MiB', 'records in the log', 'index'],
};

interface Sample {
  /** So many, and what has happened since. */
  readonly after: string;
  readonly minutes: number;
  /** MiB, in the order of the table. */
  readonly sizes: readonly number[];
  readonly records: number;
  readonly index: number;
}

export interface ChurnOptions {
  readonly tokens: number;
  /** No part is begun after so many: what there is by then is judged. */
  readonly minutes: number;
  readonly write: boolean;
}

/** Returns how many things were not as they have to be. */
export async function churn({ tokens, minutes, write }: ChurnOptions): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const issuerEnv = (): Record<string, string> => ({ MINTMARK_TOKEN_GC_INTERVAL: '5s', MINTMARK_TOKEN_GC_THRESHOLD: '0s' });
  const replicatorEnv = (): Record<string, string> => ({ MINTMARK_TOMBSTONE_RETENTION: `${RETENTION_MS}ms`, MINTMARK_TOMBSTONE_INTERVAL: '5s' });
  const fixture = await bootstrapped(await openFixture(stack, 'distributed', { clock: true, issuerEnv, replicatorEnv }));
  const { us } = fixture;
  const survivor = await us.mint({ Global: true });
  const feed = new Feed();
  const follower = followFeed(us, indexOf(succeeded(await us.list({ per_page: 1 }), 'list')), { events: feed });
  const began = performance.now();
  const samples: Sample[] = [];
  const last: Minted[] = [];
  const look = async (after: string): Promise<void> => {
    samples.push(await sample(us, after, (performance.now() - began) / 60_000));
    console.info(cells(samples.at(-1) as Sample).map((cell, at) => `${CHURN.head[at]} ${cell}`).join(', '));
  };
  const each = Math.ceil(tokens / ROUNDS);
  let done = 0;
  while (done < tokens && performance.now() - began < minutes * 60_000) {
    const part = Math.min(each, tokens - done);
    last.push(await mintMany(us, part));
    await fixture.cluster.clock?.advance(AHEAD_MS);
    await emptied(fixture);
    done += part;
    await look(String(done));
  }
  await until('the last tombstones are purged', async () => (await us.region.sizes()).logRecords < MOST_LEFT, { within: 3 * RETENTION_MS, every: 2_000 });
  await look(`${done}, purged`);
  await until('the feed is through', async () => follower.index() >= (samples.at(-1)?.index ?? 0), { within: 60_000 });
  await follower.stop();
  const wrong = [...(await judged(fixture, survivor, last)), ...feed.faults(done, follower.ends.slice(0, -1)), ...growth(samples)];
  for (const line of wrong) console.info(`WRONG: ${line}`);
  console.info(rendered(CHURN, samples.map(cells)));
  if (write) await writeRows(CHURN, samples.map(cells), samples.map((each) => cells(each)[0] ?? ''));
  return wrong.length;
}

/** Mints so many, some at a time; the last one is returned. */
async function mintMany(api: AclApi, count: number): Promise<Minted> {
  let [left, last]: [number, Minted | undefined] = [count, undefined];
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const body = { Name: 'churn', Type: 'client', Policies: ['run'], Global: left % GLOBAL_EVERY === 0, ExpirationTTL: LIFETIME };
      const reply = await api.create(body, { within: 60_000 });
      last = { ...json<TokenJson>(succeeded(reply, 'create')), freshness: '', index: indexOf(reply) };
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  if (last === undefined) throw new Error('nothing was minted');
  return last;
}

/** No expired token is listed in any region. */
async function emptied({ all }: Fixture): Promise<void> {
  for (const api of all) {
    const left = async (): Promise<number> => json<unknown[]>(succeeded(await api.list({ filter: 'Name == "churn"', per_page: 1 }, { within: 60_000 }), 'list')).length;
    await until(`the expired tokens are gone in ${api.region.name}`, async () => (await left()) === 0, { within: 1_800_000, every: 5_000 });
  }
}

const PARTS: readonly PartName[] = ['issuer', 'replicator', 'validator', 'log', 'view'];

async function sample(api: AclApi, after: string, minutes: number): Promise<Sample> {
  const pids = api.region.pids();
  const resident = await Promise.all(PARTS.map((part) => residentMib(pids[part])));
  const { logBytes, logRecords, viewBytes } = await api.region.sizes();
  const index = indexOf(succeeded(await api.list({ per_page: 1 }), 'list'));
  return { after, minutes, sizes: [...resident, viewBytes / MIB, logBytes / MIB], records: logRecords, index };
}

async function residentMib(pid: number | undefined): Promise<number> {
  const status = pid === undefined ? '' : await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
}

function cells({ after, minutes, sizes, records, index }: Sample): string[] {
  return [after, minutes.toFixed(1), ...sizes.map((size) => size.toFixed(1)), String(records), String(index)];
}

/** Whether what lives still works, what expired does not, and no index went back. */
async function judged({ all }: Fixture, survivor: Minted, expired: readonly Minted[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const api of all) {
    const right = async (token: Minted, status: number): Promise<void> => {
      const got = (await api.as(token.SecretID).self()).status;
      if (got !== status) wrong.push(`${api.region.name} answers ${got} to a token of ${token.Name}, not ${status}`);
    };
    await right(survivor, 200);
    for (const token of expired) await right(token, 403);
    await right(await api.mint({ Name: named('after') }), 200);
  }
  return wrong;
}

/** What must not have grown since the middle. */
function growth(samples: readonly Sample[]): string[] {
  const [before, after] = [samples[Math.floor(samples.length / 2)], samples.at(-1)];
  if (before === undefined || after === undefined) return [];
  const wrong = after.sizes.flatMap((size, at) => {
    const most = (before.sizes[at] ?? 0) + (at < PARTS.length ? GROWTH_MIB.process : GROWTH_MIB.store);
    return size > most ? [`${CHURN.head[at + 2]} has grown to ${size.toFixed(1)}`] : [];
  });
  const back = samples.some(({ index }, at) => index < (samples[at - 1]?.index ?? 0));
  return back ? [...wrong, 'the index went back'] : wrong;
}

/** What the feed said: no more of it is kept than numbers. */
class Feed {
  readonly #wrong: string[] = [];
  #made = 0;
  #ended = 0;
  #last = 0;

  push({ by, index, through, deleted }: FeedEvent): void {
    if (by === 'sent' && index <= this.#last) this.#wrong.push(`the feed said ${index} after ${this.#last}`);
    this.#last = Math.max(this.#last, through);
    if (deleted) this.#ended += 1;
    else this.#made += 1;
  }

  /** Every token was made and ended once. A follower whose stream ended may have had to list, and has then not seen what came and went meanwhile. */
  faults(tokens: number, ends: readonly string[]): string[] {
    const complete = ends.length > 0 || (this.#made === tokens && this.#ended === tokens);
    for (const end of ends) console.info(`the feed's stream ended: ${end}`);
    return complete ? this.#wrong : [...this.#wrong, `the feed told of ${this.#made} tokens made and ${this.#ended} ended, not of ${tokens}`];
  }
}
