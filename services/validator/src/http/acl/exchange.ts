import { bodyOf, type RequestSignal, requestSignal } from '@mintmark/kit/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IssuerCall } from '../../core/types.ts';
import { presentedSecret } from '../credential.ts';
import { isPretty, parametersOf } from './request/query.ts';

/** How long the work behind one answer may take, waiting not counted. */
const WORK_WITHIN_MS = 15_000;

/** One request and what it brings along. What costs something is made when it is asked for. */
export class Exchange implements Disposable {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly parameters: URLSearchParams;
  readonly credential: string | undefined;
  #waitsMs = 0;
  #work: RequestSignal | undefined;

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.request = request;
    this.reply = reply;
    this.parameters = parametersOf(request.url);
    this.credential = presentedSecret(request.headers);
  }

  get body(): Buffer {
    return bodyOf(this.request);
  }

  get pretty(): boolean {
    return isPretty(this.parameters);
  }

  /** The accessor in the path. */
  get accessor(): string {
    return (this.request.params as { readonly accessor?: string }).accessor ?? '';
  }

  /** Where the request comes from. */
  get source(): string {
    return this.request.ip;
  }

  /** A header that has one value. */
  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** The request may be held for this long more beside the work; to be said before `signal` is used. */
  waits(ms: number): void {
    this.#waitsMs += ms;
  }

  /** Aborts when the client goes away, or the work takes too long. */
  get signal(): AbortSignal {
    this.#work ??= requestSignal(this.reply, { deadlineMs: WORK_WITHIN_MS + this.#waitsMs });
    return this.#work.signal;
  }

  /** The call to the issuer on the caller's behalf. */
  call(): IssuerCall {
    return { ...(this.credential === undefined ? {} : { credential: this.credential }), ...this.anonymousCall() };
  }

  /** The call for what needs no credential, whatever was presented. */
  anonymousCall(): IssuerCall {
    return { requestId: this.request.id, signal: this.signal };
  }

  [Symbol.dispose](): void {
    this.#work?.[Symbol.dispose]();
  }
}
