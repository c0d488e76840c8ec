import { type ClientDuplexStream, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { validator } from '@mintmark/contract';
import type { Timers } from '@mintmark/kit/lifecycle';
import { ClientError } from '../error.ts';
import type { Credential } from '../http/types.ts';

export interface Answered {
  readonly response: validator.ValidateResponse;
  /** Marks of what it rests on; none: not to be kept. */
  readonly restsOn: readonly number[];
}

interface Pending {
  readonly credential: Credential;
  readonly timer: Disposable;
  readonly resolve: (answer: Answered) => void;
  readonly reject: (error: unknown) => void;
  tries: number;
}

type Stream = ClientDuplexStream<validator.ValidateStreamRequest, validator.ValidateStreamResponse>;

const MAX_PENDING = 10_000;

/** Asks a region about credentials, all over one stream. A question whose stream breaks is asked once more: it changes nothing. */
export class Asker implements Disposable {
  readonly #client: validator.ValidatorClient;
  readonly #timers: Timers;
  readonly #withinMs: number;
  readonly #pending = new Map<number, Pending>();
  #stream: Stream | undefined;
  #next = 1;

  constructor(client: validator.ValidatorClient, timers: Timers, withinMs: number) {
    this.#client = client;
    this.#timers = timers;
    this.#withinMs = withinMs;
  }

  /** Throws `ClientError` `unavailable`, `timeout`, `limited` beyond 10,000 questions at once, and `refused` for what the region does not judge. */
  ask(credential: Credential): Promise<Answered> {
    if (this.#pending.size >= MAX_PENDING || (this.#stream?.writableLength ?? 0) >= MAX_PENDING) return Promise.reject(new ClientError('limited', `${MAX_PENDING} credentials are being asked about already`));
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      const timer = this.#timers.after(this.#withinMs, () => this.#take(id)?.reject(new ClientError('timeout', 'the region did not answer in time')));
      this.#pending.set(id, { credential, timer, resolve, reject, tries: 0 });
      this.#send(id);
    });
  }

  [Symbol.dispose](): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(new ClientError('unavailable', 'the validator was closed'));
  }

  #send(id: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    pending.tries += 1;
    this.#stream ??= this.#open();
    this.#stream.write({ id, request: { credential: { ...pending.credential }, freshness: '', strict: false }, restsOn: true });
  }

  #open(): Stream {
    const stream: Stream = this.#client.validateStream(new Metadata());
    stream.on('data', ({ id, response, restsOn }: validator.ValidateStreamResponse) => {
      if (response !== undefined) this.#take(id)?.resolve({ response, restsOn });
    });
    stream.on('error', (error: ServiceError) => this.#broken(stream, error));
    stream.on('end', () => this.#broken(stream, undefined));
    return stream;
  }

  #broken(stream: Stream, error: ServiceError | undefined): void {
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    for (const [id, { tries }] of [...this.#pending]) {
      if (error?.code === status.INVALID_ARGUMENT) this.#alone(id);
      else if (tries < 2) this.#send(id);
      else this.#take(id)?.reject(new ClientError('unavailable', 'the region cannot be reached', { cause: error }));
    }
  }

  /** One of the questions made the region give up the stream: each gets an answer of its own. */
  #alone(id: number): void {
    const credential = this.#pending.get(id)?.credential;
    if (credential === undefined) return;
    this.#client.validate({ credential: { ...credential }, freshness: '', strict: false }, new Metadata(), { deadline: Date.now() + this.#withinMs }, (error, response) => {
      const pending = this.#take(id);
      if (error === null) pending?.resolve({ response, restsOn: [] });
      else pending?.reject(new ClientError(error.code === status.INVALID_ARGUMENT ? 'refused' : 'unavailable', error.details, { cause: error }));
    });
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.timer[Symbol.dispose]();
    return pending;
  }
}
