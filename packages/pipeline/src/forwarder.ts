import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline as stream } from 'node:stream/promises';
import type { World } from '@mintmark/kit/lifecycle';
import type { Dispatcher } from 'undici';
import { type Api, failureOf, hasBody } from './api.ts';
import { type Failure, sendFailure } from './api-error.ts';
import { towardsJob } from './headers.ts';
import type { TokenSource } from './token-source.ts';

export interface ForwarderOptions {
  readonly origin: URL;
  readonly api: Api;
  readonly tokens: TokenSource;
  readonly world: World;
  readonly rideOutMs: number;
}

/** Waits between two tries at an API that is away: the first, and the longest that doubling leads to. */
const AGAIN_MS = { first: 50, most: 1_000 } as const;
const WITHOUT_EFFECT = new Set(['GET', 'HEAD', 'OPTIONS']);
const APP_TOKEN_PATH = '/v1/oauth2/apptoken';

/** Answers the job's requests with what the API answers to them. */
export class Forwarder {
  readonly #origin: URL;
  readonly #api: Api;
  readonly #tokens: TokenSource;
  readonly #world: World;
  readonly #rideOutMs: number;

  constructor({ origin, api, tokens, world, rideOutMs }: ForwarderOptions) {
    this.#origin = origin;
    this.#api = api;
    this.#tokens = tokens;
    this.#world = world;
    this.#rideOutMs = rideOutMs;
  }

  /** Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      const unfit = unfitness(request);
      if (unfit !== undefined) return sendFailure(response, unfit);
      const path = this.#pathOf(request.url ?? '/');
      if (path === undefined) return sendFailure(response, { status: 403, message: `this pipeline forwards to ${this.#origin.origin} only` });
      if (request.method === 'POST' && path === APP_TOKEN_PATH) return await this.#tell(response);
      await this.#forward(request, response, path, gone.signal);
    } catch (error) {
      if (!gone.signal.aborted) sendFailure(response, failureOf(error));
      else response.destroy();
    }
  }

  /** The path at the API; `undefined` for a request to another origin (RFC 9112 section 3.2.2). */
  #pathOf(target: string): string | undefined {
    if (target.startsWith('/')) return target;
    const url = URL.canParse(target) ? new URL(target) : undefined;
    return url?.host === this.#origin.host ? `${url.pathname}${url.search}` : undefined;
  }

  async #forward(request: IncomingMessage, response: ServerResponse, path: string, signal: AbortSignal): Promise<void> {
    const repeatable = WITHOUT_EFFECT.has(request.method ?? '') && !hasBody(request);
    let issued = await this.#tokens.token();
    if (!issued.ok) return sendFailure(response, issued.failure);
    let answer = await this.#send(request, path, issued.token, { repeatable, signal });
    if (answer.statusCode === 401) {
      this.#tokens.drop(issued.token);
      if (repeatable) {
        await answer.body.dump();
        issued = await this.#tokens.token();
        if (!issued.ok) return sendFailure(response, issued.failure);
        answer = await this.#send(request, path, issued.token, { repeatable, signal });
      }
    }
    response.writeHead(answer.statusCode, towardsJob(answer.headers));
    await stream(answer.body, response, { signal });
  }

  /** A request without effect is sent again while the API is away, as when it is restarted. */
  async #send(request: IncomingMessage, path: string, token: string, { repeatable, signal }: { readonly repeatable: boolean; readonly signal: AbortSignal }): Promise<Dispatcher.ResponseData> {
    const { clock, timers, random } = this.#world;
    const until = clock.monotonic() + this.#rideOutMs;
    for (let waitMs: number = AGAIN_MS.first; ; waitMs = Math.min(2 * waitMs, AGAIN_MS.most)) {
      try {
        return await this.#api.forward(request, path, token, signal);
      } catch (error) {
        if (!repeatable || signal.aborted || failureOf(error).status !== 502 || clock.monotonic() >= until) throw error;
        await timers.sleep(waitMs * (0.5 + random.fraction() / 2), signal);
      }
    }
  }

  /** The job logs in: policy is asked, and its answer told. */
  async #tell(response: ServerResponse): Promise<void> {
    const issued = await this.#tokens.fresh();
    if (!issued.ok) return sendFailure(response, issued.failure);
    const body = JSON.stringify({ access_token: issued.token, token_type: 'Bearer', expires_in: Math.floor(issued.expiresInMs / 1_000) });
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', 'content-length': Buffer.byteLength(body) }).end(body);
  }
}

/**
 * Why a request that Node.js has read is not forwarded all the same: where the two ends of a chain take its length or protocol differently, a second
 * request can hide in it (RFC 9112 section 11.2). An offer of HTTP/2 is no demand and is passed over (RFC 9113 section 3.1).
 */
function unfitness({ headers }: IncomingMessage): Failure | undefined {
  const { 'transfer-encoding': coding, upgrade } = headers;
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return { status: 501, message: `transfer coding ${JSON.stringify(coding)} is not forwarded` };
  if (upgrade !== undefined && upgrade.toLowerCase() !== 'h2c') return { status: 501, message: `this pipeline does not switch to ${JSON.stringify(upgrade)}` };
  return undefined;
}
