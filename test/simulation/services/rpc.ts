import { Metadata, type ServiceDefinition, status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { refusalOf } from '@mintmark/contract';
import { CREDENTIAL_KEY, REQUEST_ID_KEY } from '@mintmark/kit/rpc';
import type { Network } from '../kernel/network.ts';
import type { SimNode, SimProcess } from '../kernel/node.ts';

/** A service as a process offers it. */
export interface Offered {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

/** Where calls go: whatever process runs on the machine when they arrive. */
export interface Callee {
  readonly node: SimNode;
  readonly offers: (process: SimProcess) => Offered | undefined;
}

export interface OutgoingCall {
  readonly credential?: string | undefined;
  readonly requestId: string;
  readonly signal: AbortSignal;
  /** Of the caller's wall clock. */
  readonly deadline: number;
  readonly metadata?: Readonly<Record<string, string>>;
  /** The callee's name in messages, and what is lost with an answer. */
  readonly peer: string;
  readonly effect: 'read' | 'write';
}

const CONNECT_WITHIN_MS = 2_000;
const CONNECT_EVERY_MS = 150;
/** When a broken connection is noticed. */
const KEEPALIVE_MS = [3_000, 9_000] as const;

interface Failure {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

/** A call as the handlers of grpc-js are given it. */
class ServedRaw {
  readonly request: unknown;
  readonly metadata: Metadata;
  readonly #deadline: number;
  readonly #path: string;
  readonly #peer: string;
  readonly #listeners = new Set<() => void>();
  cancelled = false;

  constructor(request: unknown, metadata: Metadata, about: { readonly deadline: number; readonly path: string; readonly peer: string }) {
    this.request = request;
    this.metadata = metadata;
    this.#deadline = about.deadline;
    this.#path = about.path;
    this.#peer = about.peer;
  }

  getPath(): string {
    return this.#path;
  }

  getPeer(): string {
    return this.#peer;
  }

  getDeadline(): number {
    return this.#deadline;
  }

  getAuthContext(): object {
    return {};
  }

  once(_event: 'cancelled', listener: () => void): this {
    this.#listeners.add(listener);
    return this;
  }

  off(_event: 'cancelled', listener: () => void): this {
    this.#listeners.delete(listener);
    return this;
  }

  cancel(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }
}

/**
 * A unary call between two processes, encoded and decoded as on the wire, with the handlers' own statuses. Rejects with the refusal that the real clients
 * would throw.
 */
export async function unaryCall<Response>(network: Network, from: SimProcess, to: Callee, method: string, request: object, call: OutgoingCall): Promise<Response> {
  const toError = refusalOf(call.peer, call.effect);
  if (!(await connected(network, from, to.node, call))) throw toError(call.signal.aborted ? call.signal.reason : failure(status.UNAVAILABLE, 'no connection'), 'unsent');
  try {
    return (await new Flight(network, from, to, method, call).run(request)) as Response;
  } catch (error) {
    throw toError(error, call.signal.aborted ? 'ended' : 'sent');
  }
}

async function connected(network: Network, from: SimProcess, to: SimNode, { signal, deadline }: OutgoingCall): Promise<boolean> {
  const { clock, timers } = from.world;
  const until = Math.min(clock.now() + CONNECT_WITHIN_MS, deadline);
  for (;;) {
    if (signal.aborted) return false;
    const reachable = network.weather(from.node, to).cut !== true && network.weather(to, from.node).cut !== true;
    if (reachable && to.process !== undefined) return true;
    if (clock.now() >= until) return false;
    await timers.sleep(CONNECT_EVERY_MS, signal).catch(() => undefined);
  }
}

/** One call under way. */
class Flight {
  readonly #network: Network;
  readonly #from: SimProcess;
  readonly #to: Callee;
  readonly #method: string;
  readonly #call: OutgoingCall;

  constructor(network: Network, from: SimProcess, to: Callee, method: string, call: OutgoingCall) {
    this.#network = network;
    this.#from = from;
    this.#to = to;
    this.#method = method;
    this.#call = call;
  }

  run(request: object): Promise<unknown> {
    const { signal, deadline } = this.#call;
    return new Promise((resolve, reject) => {
      let over = false;
      let cancel: () => void = () => undefined;
      const finish = (end: () => void): void => {
        if (over) return;
        over = true;
        timer[Symbol.dispose]();
        signal.removeEventListener('abort', abort);
        end();
      };
      const give = (reason: unknown): void => finish(() => reject(reason));
      const abort = (): void => {
        cancel();
        give(signal.reason);
      };
      const timer = this.#from.timer(Math.max(0, deadline - this.#from.world.clock.now()), `${this.#method} deadline`, () => give(failure(status.DEADLINE_EXCEEDED, 'deadline exceeded')));
      signal.addEventListener('abort', abort, { once: true });
      const settle = (outcome: { readonly value: unknown } | { readonly failure: unknown }): void => finish(() => ('value' in outcome ? resolve(outcome.value) : reject(outcome.failure)));
      cancel = this.#send(request, settle);
    });
  }

  /** Returns what cancels the call at the callee. */
  #send(request: object, settle: (outcome: { readonly value: unknown } | { readonly failure: unknown }) => void): () => void {
    const { node } = this.#to;
    const bytes = this.#encoded(request);
    const leftMs = this.#call.deadline - this.#from.world.clock.now();
    let served: ServedRaw | undefined;
    const broken = (ms: number): void => void this.#from.timer(ms, `${this.#method} breaks`, () => settle({ failure: failure(status.UNAVAILABLE, 'the connection broke') }));
    const deliver = (): void => {
      const { process } = node;
      const offered = process === undefined ? undefined : this.#to.offers(process);
      if (process === undefined || offered === undefined) return broken(this.#network.latency(node, this.#from.node));
      served = this.#serve(process, offered, bytes, leftMs, settle, broken);
    };
    if (!this.#network.send(this.#from.node, node, { label: this.#method, deliver })) broken(this.#keepalive());
    return () => this.#network.send(this.#from.node, node, { label: `${this.#method} cancelled`, deliver: () => served?.cancel() });
  }

  #serve(process: SimProcess, offered: Offered, bytes: Buffer, leftMs: number, settle: (outcome: { readonly value: unknown } | { readonly failure: unknown }) => void, broken: (ms: number) => void): ServedRaw {
    const { requestDeserialize, responseSerialize, responseDeserialize, path } = methodOf(offered.definition, this.#method);
    const deadline = process.world.clock.now() + leftMs;
    const raw = new ServedRaw(requestDeserialize(bytes), this.#metadata(), { deadline, path, peer: `${this.#from.node.name}:1` });
    const timer = process.timer(leftMs, `${this.#method} expires`, () => raw.cancel());
    const mourning = process.onCrash(() => broken(this.#network.weather(process.node, this.#from.node).cut === true ? this.#keepalive() : this.#network.latency(process.node, this.#from.node)));
    const answer = (error: unknown, value: unknown): void => {
      timer[Symbol.dispose]();
      mourning[Symbol.dispose]();
      const back = error === null ? responseSerialize(value) : undefined;
      const deliver = (): void => settle(back === undefined ? { failure: error } : { value: responseDeserialize(back) });
      if (!this.#network.send(process.node, this.#from.node, { label: `${this.#method} answer`, to: this.#from, deliver })) broken(this.#keepalive());
    };
    const handler = offered.implementation[this.#method] as unknown as (raw: ServedRaw, answer: (error: unknown, value?: unknown) => void) => void;
    handler(raw, answer);
    return raw;
  }

  #encoded(request: object): Buffer {
    const offered = this.#to.node.process === undefined ? undefined : this.#to.offers(this.#to.node.process);
    return offered === undefined ? Buffer.alloc(0) : methodOf(offered.definition, this.#method).requestSerialize(request);
  }

  #metadata(): Metadata {
    const metadata = new Metadata();
    const { credential, requestId, metadata: more = {} } = this.#call;
    if (credential !== undefined) metadata.set(CREDENTIAL_KEY, credential);
    metadata.set(REQUEST_ID_KEY, requestId);
    for (const [key, value] of Object.entries(more)) metadata.set(key, value);
    return metadata;
  }

  #keepalive(): number {
    return this.#from.rng.between(...KEEPALIVE_MS);
  }
}

interface MethodCodec {
  readonly path: string;
  requestSerialize(request: unknown): Buffer;
  requestDeserialize(bytes: Buffer): unknown;
  responseSerialize(response: unknown): Buffer;
  responseDeserialize(bytes: Buffer): unknown;
}

function methodOf(definition: ServiceDefinition, method: string): MethodCodec {
  const found = definition[method];
  if (found === undefined) throw new Error(`no method ${method}`);
  return found as unknown as MethodCodec;
}

function failure(code: status, details: string): Failure {
  return { code, details, metadata: new Metadata() };
}
