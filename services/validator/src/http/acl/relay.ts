import { Refusal } from '@mintmark/domain';
import { Agent, type Dispatcher, request } from 'undici';
import type { RegionDirectory } from '../../core/types.ts';
import type { Exchange } from './exchange.ts';
import { demandMs } from './freshness.ts';
import type { Answer } from './response/answer.ts';

/** Names the region that a relayed request is for; it is answered there and relayed no further. */
export const RELAYED_TO = 'x-mintmark-relayed-to';

const CONNECT_WITHIN_MS = 2_000;
const ANSWER_WITHIN_MS = 20_000;
/** Fields of one connection (RFC 9110, 7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
/** Fields that the new request gets of its own. */
const REMADE = ['host', 'content-length', 'expect'];
const NOT_ASKED = new Set([...HOP_BY_HOP, ...REMADE]);
const NOT_ANSWERED = new Set(HOP_BY_HOP);
/** Nothing was sent yet when these happened. */
const UNSENT: ReadonlySet<unknown> = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

export function regionAgent(): Agent {
  return new Agent({ connect: { timeout: CONNECT_WITHIN_MS }, bodyTimeout: ANSWER_WITHIN_MS });
}

/** Hands requests for another region on to it, whole, and its answers back. */
export class Relay {
  readonly #directory: RegionDirectory;
  readonly #dispatcher: Dispatcher;

  constructor(directory: RegionDirectory, dispatcher: Dispatcher) {
    this.#directory = directory;
    this.#dispatcher = dispatcher;
  }

  /**
   * The other region's answer; `undefined` where the request is for this region. `blockMs`: how long that one may hold it beside its demand for freshness. Throws the refusal
   * `invalid_argument` for an unknown region.
   */
  async relayed(exchange: Exchange, blockMs = 0): Promise<Answer | undefined> {
    const { region } = this.#directory;
    const meant = exchange.header(RELAYED_TO);
    if (meant !== undefined && meant !== region) throw noPath(`the address configured for ${JSON.stringify(meant)} answers as ${region}`);
    const wanted = exchange.parameters.get('region') ?? '';
    if (wanted === '' || wanted === region) return undefined;
    if (meant !== undefined) throw noPath('the request was relayed once already');
    const base = this.#directory.httpUrl(wanted);
    if (base === undefined) throw noPath();
    return this.#ask(wanted, base, exchange, blockMs + demandMs(exchange));
  }

  async #ask(region: string, base: string, exchange: Exchange, holdMs: number): Promise<Answer> {
    const { method, headers } = exchange.request;
    const { body } = exchange;
    exchange.waits(holdMs + ANSWER_WITHIN_MS);
    try {
      const answer = await request(`${base.replace(/\/$/, '')}${targetOf(exchange)}`, {
        dispatcher: this.#dispatcher,
        method: method as Dispatcher.HttpMethod,
        headers: { ...passedOn(headers, NOT_ASKED), [RELAYED_TO]: region },
        ...(method === 'GET' || body.length === 0 ? {} : { body }),
        headersTimeout: holdMs + ANSWER_WITHIN_MS,
        signal: exchange.signal,
      });
      return { kind: 'relayed', status: answer.statusCode, headers: passedOn(answer.headers, NOT_ANSWERED), body: answer.body };
    } catch (error) {
      throw unanswered(region, method, error);
    }
  }
}

/** Path and parameters without the region: it is the other one's own. */
function targetOf({ request: { url }, parameters }: Exchange): string {
  const [path = ''] = url.replace(/^[a-z]+:\/\/[^/]*/i, '').split('?', 1);
  const rest = new URLSearchParams(parameters);
  rest.delete('region');
  return rest.size === 0 ? path : `${path}?${rest}`;
}

function passedOn(headers: Readonly<Record<string, string | string[] | undefined>>, dropped: ReadonlySet<string>): Record<string, string | string[]> {
  const named = String(headers.connection ?? '')
    .toLowerCase()
    .split(/\s*,\s*/);
  const passed = Object.entries(headers).filter(([name, value]) => value !== undefined && !dropped.has(name) && !named.includes(name));
  return Object.fromEntries(passed) as Record<string, string | string[]>;
}

function noPath(why?: string): Refusal {
  return new Refusal('invalid_argument', why === undefined ? 'No path to region' : `No path to region: ${why}`);
}

function unanswered(region: string, method: string, cause: unknown): Refusal {
  if (method === 'GET' || UNSENT.has((cause as { code?: unknown }).code)) {
    return new Refusal('unavailable', `region ${region} cannot be reached${method === 'GET' ? '' : ': nothing was written'}`, { retryAfterMs: 1_000, cause });
  }
  return new Refusal('outcome_unknown', `outcome unknown, index 0: region ${region} did not answer; read it back before trying again`, { cause });
}
