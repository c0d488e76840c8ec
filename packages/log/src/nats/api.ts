import { parseTime } from '@mintmark/domain';
import type { ConsumerConfig, StreamConfig } from '@nats-io/jetstream';
import { type Msg, type MsgHdrs, nuid } from '@nats-io/transport-node';
import { ApiRefusal, MESSAGE_NOT_FOUND, NoAnswer, SEQUENCE_NOT_FOUND, STREAM_NOT_FOUND } from './failures.ts';
import type { Link } from './link.ts';
import type { LogNames } from './names.ts';

const API = '$JS.API';
const NOT_FOUND = 404;

/** A message as the stream holds it. */
export interface StoredMessage {
  readonly subject: string;
  readonly sequence: number;
  /** Nanoseconds since the epoch by the server's clock. */
  readonly timestamp: bigint;
  readonly data: Uint8Array;
  /** Value of a header; empty where it has none. */
  header(name: string): string;
}

export interface StreamFacts {
  readonly description: string;
  readonly replicas: number;
  readonly lastSequence: number;
}

export interface CreatedConsumer {
  readonly name: string;
  /** Where it begins: the next message delivered has a higher sequence. Below what was asked for where the stream ends before that. */
  readonly sequence: number;
  /** Messages that match and are there already. */
  readonly pending: number;
  /** Whether the server that answered may lag behind others. */
  readonly clustered: boolean;
}

/** Timeout of one request and what ends it early. */
export interface Asking {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The few requests to JetStream that a log needs. Each throws `NoAnswer`, `ApiRefusal`, or the signal's reason. */
export class JetStreamApi {
  readonly #link: Link;
  readonly #names: LogNames;
  readonly #asksLeader: boolean;

  /** `asksLeader`: single messages come from the stream's leader, since other replicas may lag; needs the right to `STREAM.MSG.GET`. */
  constructor(link: Link, names: LogNames, { asksLeader }: { readonly asksLeader: boolean }) {
    this.#link = link;
    this.#names = names;
    this.#asksLeader = asksLeader;
  }

  async stream(asking: Asking): Promise<StreamFacts> {
    const info = await this.#ask<{ config: Partial<StreamConfig>; state: { last_seq: number } }>(`STREAM.INFO.${this.#names.stream}`, undefined, asking);
    return { description: info.config.description ?? '', replicas: info.config.num_replicas ?? 1, lastSequence: info.state.last_seq };
  }

  async createStream(config: Partial<StreamConfig>, asking: Asking): Promise<void> {
    await this.#ask(`STREAM.CREATE.${this.#names.stream}`, config, asking);
  }

  /** Deletes the stream and everything in it; one that is gone is no error. */
  async deleteStream(asking: Asking): Promise<void> {
    try {
      await this.#ask(`STREAM.DELETE.${this.#names.stream}`, undefined, asking);
    } catch (error) {
      if (!(error instanceof ApiRefusal && error.code === STREAM_NOT_FOUND)) throw error;
    }
  }

  /** The newest message of a subject. */
  last(subject: string, asking: Asking): Promise<StoredMessage | undefined> {
    return this.#asksLeader ? this.#lastOfLeader(subject, asking) : this.#lastOfAny(subject, asking);
  }

  /** Deletes the message at a sequence. False where it is gone already: superseded, or deleted before. */
  async deleteMessage(sequence: number, asking: Asking): Promise<boolean> {
    try {
      await this.#ask(`STREAM.MSG.DELETE.${this.#names.stream}`, { seq: sequence, no_erase: true }, asking);
      return true;
    } catch (error) {
      if (error instanceof ApiRefusal && (error.code === SEQUENCE_NOT_FOUND || error.code === MESSAGE_NOT_FOUND)) return false;
      throw error;
    }
  }

  /** Creates a consumer that lives as long as somebody listens. Its filter stands in the subject, where permissions see it. */
  async createConsumer(filter: string, config: Partial<ConsumerConfig>, asking: Asking): Promise<CreatedConsumer> {
    const name = nuid.next();
    const request = { stream_name: this.#names.stream, config: { ...EPHEMERAL, ...config, name, filter_subject: filter } };
    const created = await this.#ask<{ delivered?: { stream_seq: number }; num_pending?: number; cluster?: unknown }>(
      `CONSUMER.CREATE.${this.#names.stream}.${name}.${filter}`,
      request,
      asking,
    );
    return { name, sequence: created.delivered?.stream_seq ?? 0, pending: created.num_pending ?? 0, clustered: created.cluster !== undefined };
  }

  /** Publishes into the stream; returns where the message stands. */
  async publish(
    subject: string,
    data: Uint8Array | string,
    headers: MsgHdrs,
    asking: Asking,
  ): Promise<{ readonly sequence: number; readonly duplicate: boolean }> {
    const answer = read<{ seq?: number; duplicate?: boolean }>(await this.#link.request(subject, data, { ...asking, headers }));
    return { sequence: answer.seq ?? 0, duplicate: answer.duplicate ?? false };
  }

  async #lastOfAny(subject: string, asking: Asking): Promise<StoredMessage | undefined> {
    const answer = await this.#link.request(`${API}.DIRECT.GET.${this.#names.stream}.${subject}`, '', asking);
    const status = answer.headers?.code ?? 0;
    if (status === NOT_FOUND) return undefined;
    if (status !== 0 || answer.headers === undefined) throw new ApiRefusal(status, answer.headers?.description ?? 'not a direct answer');
    return {
      subject,
      sequence: Number(answer.headers.get('Nats-Sequence')),
      timestamp: parseTime(answer.headers.get('Nats-Time-Stamp')) ?? 0n,
      data: answer.data,
      header: (name) => answer.headers?.get(name) ?? '',
    };
  }

  async #lastOfLeader(subject: string, asking: Asking): Promise<StoredMessage | undefined> {
    try {
      const { message } = await this.#ask<{ message: { seq: number; time: string; data?: string; hdrs?: string } }>(
        `STREAM.MSG.GET.${this.#names.stream}`,
        { last_by_subj: subject },
        asking,
      );
      const lines = Buffer.from(message.hdrs ?? '', 'base64')
        .toString()
        .split('\r\n');
      return {
        subject,
        sequence: message.seq,
        timestamp: parseTime(message.time) ?? 0n,
        data: Buffer.from(message.data ?? '', 'base64'),
        header: (name) =>
          lines
            .find((line) => line.startsWith(`${name}:`))
            ?.slice(name.length + 1)
            .trim() ?? '',
      };
    } catch (error) {
      if (error instanceof ApiRefusal && error.code === MESSAGE_NOT_FOUND) return undefined;
      throw error;
    }
  }

  async #ask<T>(what: string, body: unknown, asking: Asking): Promise<T> {
    return read<T>(await this.#link.request(`${API}.${what}`, body === undefined ? '' : JSON.stringify(body), asking));
  }
}

/** Common to all consumers: kept in memory, gone soon after nobody listens. */
const EPHEMERAL = {
  ack_policy: 'none',
  replay_policy: 'instant',
  max_deliver: 1,
  mem_storage: true,
  num_replicas: 1,
  inactive_threshold: 5_000_000_000,
} as const;

function read<T>(answer: Msg): T {
  let value: T & { error?: { err_code?: number; code?: number; description?: string } };
  try {
    value = answer.json();
  } catch (error) {
    throw new NoAnswer('unanswered', 'an answer that is not JSON', error);
  }
  if (value.error !== undefined) throw new ApiRefusal(value.error.err_code ?? value.error.code ?? 0, value.error.description ?? 'refused');
  return value;
}
