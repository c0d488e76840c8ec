import { MAX_WAIT_MS, waitOf } from './wait.ts';
import { Refusal, type Revision, revision } from '@mintmark/domain';
import { parseBool } from '../../filter/values.ts';

/** The common parameters of reads (specs 2.3). */
export interface ReadQuery {
  /** Blocks until the result's index is greater; 0 does not block. Beyond 2^53 - 1 it stands for that. */
  readonly index: Revision;
  /** How long to block: milliseconds. */
  readonly waitMs: number;
  readonly stale: boolean;
  readonly consistent: boolean;
  readonly prefix: string;
  /** 0: all. */
  readonly perPage: number;
  readonly nextToken: string;
  readonly filter: string;
  readonly reverse: boolean;
}

const NONE = new URLSearchParams();
const MAX_PER_PAGE = 2 ** 31 - 1;
const MAX_INDEX = 2n ** 64n - 1n;

/** A request's parameters; the first of repeated ones counts. Throws `Refusal` where percent-encoding is no UTF-8. */
export function parametersOf(url: string): URLSearchParams {
  const at = url.indexOf('?');
  if (at === -1) return NONE;
  const text = url.slice(at + 1);
  if (text.includes('%')) {
    try {
      decodeURIComponent(text);
    } catch {
      throw invalid('Invalid query string: percent-encoding must be of UTF-8');
    }
  }
  return new URLSearchParams(text);
}

/** Reads the parameters in Nomad's order, so the first fault is the same one. Throws `Refusal` with Nomad's texts. */
export function readQueryOf(parameters: URLSearchParams): ReadQuery {
  if (parameters.size === 0) return PLAIN;
  const stale = flagOf(parameters, 'stale');
  const prefix = parameters.get('prefix') ?? '';
  const perPage = perPageOf(parameters.get('per_page') ?? '');
  const waitMs = waitOf(parameters) ?? MAX_WAIT_MS;
  return {
    stale,
    prefix,
    perPage,
    nextToken: parameters.get('next_token') ?? '',
    filter: parameters.get('filter') ?? '',
    reverse: parameters.get('reverse') === 'true',
    waitMs: waitMs > 0 ? waitMs : MAX_WAIT_MS,
    index: indexOf(parameters.get('index') ?? ''),
    consistent: parameters.has('consistent'),
  };
}

/** A switch: present without a value, or with one of Go's truth values. */
export function flagOf(parameters: URLSearchParams, name: string): boolean {
  const value = parameters.get(name);
  if (value === null) return false;
  const flag = value === '' || parseBool(value);
  if (flag === undefined) throw invalid(`Expect \`true\` or \`false\` for \`${name}\` query string parameter`);
  return flag;
}

/** Whether the answer is to be indented. */
export function isPretty(parameters: URLSearchParams): boolean {
  const value = parameters.get('pretty');
  return value !== null && value !== '0';
}

/** Of a request without parameters. */
export const PLAIN: ReadQuery = {
  index: revision(0),
  waitMs: MAX_WAIT_MS,
  stale: false,
  consistent: false,
  prefix: '',
  perPage: 0,
  nextToken: '',
  filter: '',
  reverse: false,
};

function perPageOf(text: string): number {
  if (text === '') return 0;
  const count = /^\+?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(count <= MAX_PER_PAGE)) throw invalid('Expect a number for `per_page` query string parameter');
  return count;
}

function indexOf(text: string): Revision {
  if (text === '') return revision(0);
  const index = /^\d{1,40}$/.test(text) ? BigInt(text) : undefined;
  if (index === undefined || index > MAX_INDEX) throw invalid('Invalid index');
  return revision(Math.min(Number(index), Number.MAX_SAFE_INTEGER));
}

function invalid(message: string): Refusal {
  return new Refusal('invalid_argument', message);
}
