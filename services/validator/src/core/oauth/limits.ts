import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

export interface LimitSettings {
  /** Requests of one source to the endpoints of tokens. */
  readonly sourcePerSecond: number;
  /** Tokens that one client is given. */
  readonly clientPerSecond: number;
  /** Failed authentications of one source before they are answered with 429. */
  readonly failuresPerMinute: number;
}

/** Milliseconds until it is worth another try; `undefined` where nothing stands against it now. */
export type Limited = number | undefined;

/**
 * How often clients may ask, counted in the memory of this validator.
 *
 * L1  What counts against a client is what it was given, after it has proved who it is: nobody else can use that up.
 * L2  What counts against a source for its failures slows down its failures only: whoever proves who they are is served, whatever their neighbours do.
 */
export class TokenLimits {
  readonly #sources: RateLimiterMemory;
  readonly #clients: RateLimiterMemory;
  readonly #failures: RateLimiterMemory;

  constructor({ sourcePerSecond, clientPerSecond, failuresPerMinute }: LimitSettings) {
    this.#sources = new RateLimiterMemory({ keyPrefix: 'source', points: sourcePerSecond, duration: 1 });
    this.#clients = new RateLimiterMemory({ keyPrefix: 'client', points: clientPerSecond, duration: 1 });
    this.#failures = new RateLimiterMemory({ keyPrefix: 'failure', points: failuresPerMinute, duration: 60 });
  }

  asked(source: string): Promise<Limited> {
    return consume(this.#sources, network(source));
  }

  served(clientId: string): Promise<Limited> {
    return consume(this.#clients, clientId);
  }

  failed(source: string): Promise<Limited> {
    return consume(this.#failures, network(source));
  }
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<Limited> {
  try {
    await limiter.consume(key);
    return undefined;
  } catch (over) {
    if (over instanceof RateLimiterRes) return Math.max(1, over.msBeforeNext);
    throw over;
  }
}

/** An IPv4 address, or the /64 of an IPv6 one: who has one address of that has all of them. */
function network(source: string): string {
  if (!ipaddr.isValid(source)) return source;
  const address = ipaddr.process(source);
  return address.kind() === 'ipv4' ? address.toString() : address.toByteArray().slice(0, 8).join('.');
}
