import { randomBytes } from 'node:crypto';
import { NO_REVISION } from '@mintmark/domain';
import type { StreamConfig } from '@nats-io/jetstream';
import { LogError } from '../log.ts';
import { type Asking, JetStreamApi } from './api.ts';
import { ApiRefusal, asLogError, judgeRefusal, NoAnswer, STREAM_NAME_IN_USE, STREAM_NOT_FOUND } from './failures.ts';
import { type LogFacts, readFacts, writeFacts } from './facts.ts';
import { publishHeaders } from './headers.ts';
import type { Link } from './link.ts';
import { type LogNames, namesOf } from './names.ts';
import type { NatsLogOptions } from './options.ts';
import { factsNow } from './shared.ts';
import { sleep } from './sleep.ts';
import { judgeServer } from './version.ts';

const TRIES = 20;
const RETRY_MS = 250;
const REQUEST_MS = 5_000;
/** Within it the server knows a repetition by its message id. */
const DUPLICATE_WINDOW_NS = 120_000_000_000;
const INCARNATION_BYTES = 16;

/** Finds the log's stream, or makes it. Throws `LogError` `unavailable`. */
export async function findOrMake(
  link: Link,
  options: NatsLogOptions,
): Promise<{ readonly names: LogNames; readonly api: JetStreamApi; readonly facts: LogFacts; readonly replicas: number }> {
  const names = namesOf(options.region);
  const api = new JetStreamApi(link, names, { asksLeader: true });
  for (let left = TRIES; ; left -= 1) {
    try {
      await link.up(REQUEST_MS);
      const wanted = options.replicas ?? 1;
      judgeServer(link.version, wanted);
      const { facts, replicas } = await ensure(api, names, options, { timeoutMs: REQUEST_MS });
      for (const risk of judgeServer(link.version, replicas)) options.onWarning?.(risk);
      if (replicas !== wanted)
        options.onWarning?.(`the log of ${options.region} has ${replicas} replicas, not ${wanted}: that is changed with NATS's own tools`);
      return { names, api, facts, replicas };
    } catch (error) {
      if (!mayPass(error) || left === 0) throw asLogError(error);
    }
    await sleep(RETRY_MS);
  }
}

/** A server that just started, or a cluster that has no leader yet, refuses for a while. */
function mayPass(error: unknown): boolean {
  return error instanceof ApiRefusal || (error instanceof NoAnswer && error.reach !== 'forbidden');
}

async function ensure(
  api: JetStreamApi,
  names: LogNames,
  options: NatsLogOptions,
  asking: Asking,
): Promise<{ readonly facts: LogFacts; readonly replicas: number }> {
  let stream = await api.stream(asking).catch((error: unknown) => {
    if (error instanceof ApiRefusal && error.code === STREAM_NOT_FOUND) return undefined;
    throw error;
  });
  if (stream === undefined) {
    if (options.create === false) throw new LogError('unavailable', `there is no log of region ${options.region}: stream ${names.stream} does not exist`);
    const facts = { incarnation: options.incarnation ?? newIncarnation(), base: options.base ?? NO_REVISION, rewritten: false };
    await createStream(api, names, options.replicas ?? 1, facts, asking);
    stream = await api.stream(asking);
  }
  const facts = readFacts(stream.description);
  if (stream.lastSequence === 0) await tellFacts(api, names, facts, asking);
  const told = await factsNow({ api, names }, asking);
  if (told.incarnation !== facts.incarnation || told.base !== facts.base) {
    throw new LogError(
      'unavailable',
      `stream ${names.stream} says in its first message that it is ${told.incarnation}, and in its description ${facts.incarnation}`,
    );
  }
  return { facts, replicas: stream.replicas };
}

/** Makes the stream of a log that is not there, with its first message. Asked again it changes nothing. */
export async function makeStream(api: JetStreamApi, names: LogNames, replicas: number, facts: LogFacts, asking: Asking): Promise<void> {
  await createStream(api, names, replicas, facts, asking);
  await tellFacts(api, names, facts, asking);
  const told = await factsNow({ api, names }, asking);
  if (told.incarnation !== facts.incarnation) throw new LogError('unavailable', `somebody else made the log anew, as ${told.incarnation}`);
}

async function createStream(api: JetStreamApi, names: LogNames, replicas: number, facts: LogFacts, asking: Asking): Promise<void> {
  await api.createStream(streamConfig(names, replicas, facts), asking).catch((error: unknown) => {
    if (!(error instanceof ApiRefusal && error.code === STREAM_NAME_IN_USE)) throw error;
  });
}

/** 22 base64url characters. */
export function newIncarnation(): string {
  return randomBytes(INCARNATION_BYTES).toString('base64url');
}

/** Writes the first message, unless somebody else just did. */
async function tellFacts(api: JetStreamApi, names: LogNames, facts: LogFacts, asking: Asking): Promise<void> {
  try {
    await api.publish(names.about, writeFacts(facts), publishHeaders({ ofStream: 0 }), asking);
  } catch (error) {
    if (!(error instanceof ApiRefusal && judgeRefusal(error).kind === 'conflict')) throw error;
  }
}

/**
 * `discard: new` refuses a write where the stream is full instead of dropping the oldest token; no roll-ups and no purges, which would remove
 * live records without a trace; single deletes, which purge tombstones, are allowed.
 */
function streamConfig(names: LogNames, replicas: number, facts: LogFacts): Partial<StreamConfig> {
  return {
    name: names.stream,
    description: writeFacts(facts),
    subjects: [names.about, names.of(facts.incarnation).filter('all')],
    retention: 'limits',
    storage: 'file',
    num_replicas: replicas,
    max_msgs_per_subject: 1,
    discard: 'new',
    allow_direct: true,
    allow_rollup_hdrs: false,
    deny_delete: false,
    deny_purge: true,
    duplicate_window: DUPLICATE_WINDOW_NS,
  };
}
