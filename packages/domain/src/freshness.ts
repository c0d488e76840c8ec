import { type Revision, revision } from './revision.ts';

/** "Not older than this": an index of one incarnation of one region's log. */
export interface Freshness {
  readonly region: string;
  /** 22 base64url characters; a log that was re-created has another. */
  readonly incarnation: string;
  readonly index: Revision;
}

/** `region:incarnation:index`, as `X-Mintmark-Freshness` carries it. */
export function formatFreshness(freshness: Freshness): string {
  return `${freshness.region}:${freshness.incarnation}:${freshness.index}`;
}

/** Reads a freshness back; `undefined` when the text is malformed. */
export function parseFreshness(text: string): Freshness | undefined {
  const match = /^([a-z0-9][a-z0-9-]{0,62}):([A-Za-z0-9_-]{1,64}):(\d{1,16})$/.exec(text.trim());
  if (match === null) return undefined;
  const [, region = '', incarnation = '', digits = ''] = match;
  const index = Number(digits);
  return Number.isSafeInteger(index) ? { region, incarnation, index: revision(index) } : undefined;
}
