import { type handleUnaryCall, type sendUnaryData, type ServerUnaryCall, status } from '@grpc/grpc-js';
import { CallEnded } from '../lifecycle/ended.ts';
import { type RpcCall, ServedCall } from './call.ts';
import { type Calls, crowdedStatus, endedStatus } from './calls.ts';
import { bindable, type MethodOptions, NO_DEADLINE, UNDECODABLE, undecodableStatus } from './method.ts';
import type { RpcStatus } from './status.ts';

type Answer<Response> = Response | Promise<Response>;

/**
 * A unary method. The handler's promise is the answer; what it throws goes through `toStatus`. A call without a deadline is refused
 * with `INVALID_ARGUMENT` unless `defaultDeadlineMs` gives it one.
 */
export function unary<Request, Response>(options: MethodOptions, handle: (call: RpcCall<Request>) => Promise<Response>): handleUnaryCall<Request, Response> {
  return fastUnary(options, handle);
}

/** A unary method of the hot path: as `unary`, but a handler that has its answer at hand returns it without a promise. */
export function fastUnary<Request, Response>(options: MethodOptions, handle: (call: RpcCall<Request>) => Answer<Response>): handleUnaryCall<Request, Response> {
  return bindable((calls) => (raw: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
    const call = new ServedCall(raw, raw.request, calls.signalled);
    const answer = new UnaryAnswer(calls, options, call, callback);
    if ((raw.request as unknown) === UNDECODABLE) return answer.refuse(undecodableStatus(call.method));
    if (call.deadline === Number.POSITIVE_INFINITY) {
      if (options.defaultDeadlineMs === undefined) return answer.refuse(NO_DEADLINE);
      call.limit(options.defaultDeadlineMs);
    }
    answer.take(handle);
  });
}

/** Sends exactly one answer. */
class UnaryAnswer<Request, Response> {
  readonly #calls: Calls;
  readonly #options: MethodOptions;
  readonly #call: ServedCall<Request>;
  readonly #callback: sendUnaryData<Response>;
  readonly #startedAt: number;

  constructor(calls: Calls, options: MethodOptions, call: ServedCall<Request>, callback: sendUnaryData<Response>) {
    this.#calls = calls;
    this.#options = options;
    this.#call = call;
    this.#callback = callback;
    this.#startedAt = calls.started();
  }

  take(handle: (call: RpcCall<Request>) => Answer<Response>): void {
    if (Date.now() >= this.#call.deadline) return this.refuse(endedStatus(new CallEnded('deadline_exceeded')));
    const { unary } = this.#calls;
    // Those that are answered at once, the most by far, take no place.
    if (unary.isFull) {
      unary.count('full');
      return this.refuse(crowdedStatus());
    }
    let answer: Answer<Response>;
    try {
      answer = handle(this.#call);
    } catch (error) {
      return this.#fail(error);
    }
    if (!(answer instanceof Promise)) return this.#succeed(answer);
    this.#await(answer);
  }

  #await(answer: Promise<Response>): void {
    const place = this.#calls.unary.take();
    this.#calls.enter();
    const leave = (): void => {
      if (typeof place !== 'string') place[Symbol.dispose]();
      this.#calls.leave();
    };
    this.#call.awaitLimit(() => this.refuse(endedStatus(new CallEnded('deadline_exceeded'))));
    answer.then(
      (value) => {
        leave();
        this.#succeed(value);
      },
      (error) => {
        leave();
        this.#fail(error);
      },
    );
  }

  refuse(reason: RpcStatus): void {
    if (this.#call.ended) return;
    this.#calls.finished(this.#call, reason.code, this.#startedAt);
    this.#callback(reason);
  }

  #succeed(value: Response): void {
    if (this.#call.ended) return;
    this.#calls.finished(this.#call, status.OK, this.#startedAt);
    this.#callback(null, value);
  }

  #fail(error: unknown): void {
    if (this.#call.ended) return;
    this.refuse(this.#calls.statusOf(error, this.#call, this.#options.toStatus, this.#options.onError));
  }
}
