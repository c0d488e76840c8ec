import type { ServerUnaryCall } from '@grpc/grpc-js';
import { CallEnded } from '../lifecycle/ended.ts';
import { isRequestId, newRequestId } from '../telemetry/request-id.ts';

/** Metadata keys of a request. The credential is never logged. */
export const CREDENTIAL_KEY = 'mintmark-credential';
export const REQUEST_ID_KEY = 'mintmark-request-id';

/** Who the peer's certificate says it is. */
export interface PeerIdentity {
  readonly commonName: string;
  /** Subject alternative names as Node prints them, e.g. `DNS:issuer.eu, URI:spiffe://…`; empty for none. */
  readonly altNames: string;
  /** SHA-256 of the certificate, upper-case hex with colons. */
  readonly fingerprint: string;
}

/** What a handler knows of its call besides the request. */
export interface CallContext {
  /** `/package.Service/Method`. */
  readonly method: string;
  /** The caller's own id when well-formed, else a new one. */
  readonly requestId: string;
  /** Milliseconds since the epoch; `Infinity` for a stream without one. */
  readonly deadline: number;
  /** `address:port` of the peer. */
  readonly peer: string;
  /** Aborts with a `CallEnded` at the deadline, on cancellation, and when the server stops. Costs an allocation when first asked for. */
  readonly signal: AbortSignal;
  /** The caller's secret as presented, from metadata `mintmark-credential`; `undefined` for none or an empty one. */
  credential(): string | undefined;
  /** The first text value of a metadata key. */
  metadata(key: string): string | undefined;
  /** The verified client certificate; `undefined` without mutual TLS. */
  identity(): PeerIdentity | undefined;
}

export interface RpcCall<Request> extends CallContext {
  readonly request: Request;
}

/** What the calls of grpc-js have in common. */
export interface RawCall extends Pick<ServerUnaryCall<unknown, unknown>, 'cancelled' | 'metadata' | 'getPath' | 'getPeer' | 'getDeadline' | 'getAuthContext'> {
  once(event: 'cancelled', listener: () => void): unknown;
  off(event: 'cancelled', listener: () => void): unknown;
}

/** One call on the server, over a grpc-js call. Everything a handler may not need is made when asked for. */
export class ServedCall<Request> implements RpcCall<Request> {
  readonly request: Request;
  /** Set once the answer is on its way or the call is over: nothing may be sent any more. */
  ended = false;
  deadline: number;
  readonly #raw: RawCall;
  #requestId: string | undefined;
  #controller: AbortController | undefined;
  #limitMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #onSignal: (call: ServedCall<unknown>) => void;

  constructor(raw: RawCall, request: Request, onSignal: (call: ServedCall<unknown>) => void) {
    this.#raw = raw;
    this.request = request;
    this.deadline = Number(raw.getDeadline());
    this.#onSignal = onSignal;
  }

  get method(): string {
    return this.#raw.getPath();
  }

  get requestId(): string {
    if (this.#requestId === undefined) {
      const given = this.metadata(REQUEST_ID_KEY);
      this.#requestId = given !== undefined && isRequestId(given) ? given : newRequestId();
    }
    return this.#requestId;
  }

  get peer(): string {
    return this.#raw.getPeer();
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#raw.cancelled) this.abort(this.#endedBy());
      else {
        this.#raw.once('cancelled', this.#onCancelled);
        this.#onSignal(this);
      }
    }
    return this.#controller.signal;
  }

  credential(): string | undefined {
    const value = this.metadata(CREDENTIAL_KEY);
    return value === '' ? undefined : value;
  }

  metadata(key: string): string | undefined {
    const value = this.#raw.metadata.get(key)[0];
    return typeof value === 'string' ? value : undefined;
  }

  identity(): PeerIdentity | undefined {
    const certificate = this.#raw.getAuthContext().sslPeerCertificate;
    if (certificate === undefined) return undefined;
    const { CN } = certificate.subject ?? {};
    return { commonName: (Array.isArray(CN) ? CN[0] : CN) ?? '', altNames: certificate.subjectaltname ?? '', fingerprint: certificate.fingerprint256 };
  }

  /** Gives a call without a deadline one. */
  limit(ms: number): void {
    this.deadline = Date.now() + ms;
    this.#limitMs = ms;
  }

  /** `expire` runs at the deadline that `limit` gave, unless the call has ended. */
  awaitLimit(expire: () => void): void {
    if (this.#limitMs === undefined) return;
    this.#timer = setTimeout(() => {
      if (this.ended) return;
      this.abort(new CallEnded('deadline_exceeded'));
      expire();
    }, this.#limitMs).unref();
  }

  abort(reason: CallEnded): void {
    this.#controller?.abort(reason);
  }

  /** Lets go of everything; the signal stays as it is. */
  end(): void {
    this.ended = true;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (this.#controller !== undefined) this.#raw.off('cancelled', this.#onCancelled);
  }

  #onCancelled = (): void => {
    if (!this.ended) this.abort(this.#endedBy());
  };

  #endedBy(): CallEnded {
    return new CallEnded(Date.now() >= this.deadline ? 'deadline_exceeded' : 'cancelled');
  }
}
