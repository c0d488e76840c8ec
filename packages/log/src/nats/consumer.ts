import { performance } from 'node:perf_hooks';
import type { ConsumerConfig } from '@nats-io/jetstream';
import type { Msg, Subscription } from '@nats-io/transport-node';
import type { Asking, CreatedConsumer, JetStreamApi } from './api.ts';
import type { Link } from './link.ts';

/*
 * One push consumer, trusted until there is a reason not to. It is given up, once and for good,
 *
 * C1  when the connection is lost, also if it is back at once: what was on its way is gone;
 * C2  when a consumer sequence is skipped;
 * C3  when a heartbeat names another consumer sequence than the last one received: the last message before an idle time is missing;
 * C4  when nothing came for 1.25 s although heartbeats are due every 0.5 s: the server, the consumer or the subscription is gone.
 *
 * C5  Requests of flow control are answered only while the owner has room, so that the server holds back what the owner cannot take.
 */

const HEARTBEAT_MS = 500;
const SILENCE_MS = 1_250;
const LOOK_MS = 125;
const NS_PER_MS = 1_000_000;

/** A message where it was delivered. */
export interface Delivered {
  readonly subject: string;
  readonly sequence: number;
  readonly timestamp: bigint;
  /** Messages that match and were in the stream behind this one when it was sent. */
  readonly pending: number;
  readonly message: Msg;
}

export interface ConsumerOwner {
  take(delivered: Delivered): void;
  /** Nothing that matches up to `sequence` is missing. `caughtUp`: and there was nothing behind it then. */
  idle(sequence: number, caughtUp: boolean): void;
  hasRoom(): boolean;
}

export interface ConsumerWish {
  readonly filter: string;
  /** Exclusive. */
  readonly after: number;
  readonly headersOnly?: boolean;
}

export class PushConsumer implements Disposable {
  readonly #link: Link;
  readonly #owner: ConsumerOwner;
  readonly #lost = Promise.withResolvers<string>();
  readonly #linkWatch: Disposable;
  readonly #look: NodeJS.Timeout;
  #subscription: Subscription | undefined;
  #early: Msg[] | undefined = [];
  #consumerSequence = 0;
  #heardAt = performance.now();
  #held: string | undefined;

  private constructor(link: Link, owner: ConsumerOwner) {
    this.#link = link;
    this.#owner = owner;
    this.#linkWatch = link.onChange(() => this.#giveUp('the connection was lost'));
    this.#look = setInterval(() => this.#lookAround(), LOOK_MS);
  }

  /** Creates a consumer; the owner hears nothing before `accept`. Throws `NoAnswer`, `ApiRefusal`, or the signal's reason. */
  static async open(
    link: Link,
    api: JetStreamApi,
    wish: ConsumerWish,
    owner: ConsumerOwner,
    asking: Asking,
  ): Promise<{ consumer: PushConsumer; created: CreatedConsumer }> {
    const consumer = new PushConsumer(link, owner);
    try {
      const { inbox, subscription } = link.subscribe(
        (message) => consumer.#hear(message),
        (error) => consumer.#giveUp(error.message),
      );
      consumer.#subscription = subscription;
      const created = await api.createConsumer(wish.filter, configOf(wish, inbox), asking);
      return { consumer, created };
    } catch (error) {
      consumer[Symbol.dispose]();
      throw error;
    }
  }

  /** Resolves with the reason when this consumer is given up. */
  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  /** From now on the owner hears what comes, and what has come. */
  accept(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const message of early) this.#hear(message);
  }

  /** The owner has room again. */
  release(): void {
    if (this.#held === undefined) return;
    this.#link.tell(this.#held);
    this.#held = undefined;
  }

  [Symbol.dispose](): void {
    this.#giveUp('disposed of');
  }

  #hear(message: Msg): void {
    if (this.#subscription === undefined) return;
    this.#heardAt = performance.now();
    if (this.#early !== undefined) this.#early.push(message);
    else if (message.headers?.code === 100) this.#hearSign(message);
    else this.#hearMessage(message);
  }

  #hearMessage(message: Msg): void {
    const { consumerSequence, ...position } = positionOf(message.reply ?? '');
    if (consumerSequence !== this.#consumerSequence + 1) return this.#giveUp(`consumer sequence ${consumerSequence} came after ${this.#consumerSequence}`);
    this.#consumerSequence = consumerSequence;
    this.#owner.take({ subject: message.subject, message, ...position });
  }

  /** A request of flow control, or a heartbeat; that of a held back consumer names the request again. */
  #hearSign(message: Msg): void {
    if (message.reply !== undefined && message.reply !== '') return this.#answer(message.reply);
    const last = Number(message.headers?.get('Nats-Last-Consumer'));
    if (last !== this.#consumerSequence) return this.#giveUp(`a heartbeat names consumer sequence ${last} after ${this.#consumerSequence}`);
    const stalled = message.headers?.get('Nats-Consumer-Stalled') ?? '';
    if (stalled !== '') this.#answer(stalled);
    this.#owner.idle(Number(message.headers?.get('Nats-Last-Stream')), stalled === '');
  }

  #answer(request: string): void {
    if (this.#owner.hasRoom()) this.#link.tell(request);
    else this.#held = request;
  }

  #lookAround(): void {
    const silent = performance.now() - this.#heardAt;
    if (this.#early === undefined && silent > SILENCE_MS) this.#giveUp(`no sign of life for ${Math.round(silent)} ms`);
  }

  #giveUp(reason: string): void {
    clearInterval(this.#look);
    this.#linkWatch[Symbol.dispose]();
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#early = undefined;
    this.#lost.resolve(reason);
  }
}

function configOf({ after, headersOnly = false }: ConsumerWish, inbox: string): Partial<ConsumerConfig> {
  return {
    deliver_subject: inbox,
    deliver_policy: 'by_start_sequence',
    opt_start_seq: after + 1,
    flow_control: true,
    idle_heartbeat: HEARTBEAT_MS * NS_PER_MS,
    headers_only: headersOnly,
  };
}

/** `$JS.ACK.<stream>.<consumer>.<n>.<stream seq>.<consumer seq>.<time>.<pending>`, or with domain and account before the stream. */
function positionOf(reply: string): Pick<Delivered, 'sequence' | 'timestamp' | 'pending'> & { readonly consumerSequence: number } {
  const tokens = reply.split('.');
  const shift = tokens.length >= 11 ? 2 : 0;
  return {
    sequence: Number(tokens[5 + shift]),
    consumerSequence: Number(tokens[6 + shift]),
    timestamp: BigInt(tokens[7 + shift] ?? 0),
    pending: Number(tokens[8 + shift]),
  };
}
