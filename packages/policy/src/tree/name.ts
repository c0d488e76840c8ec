import { LIMITS } from '../grammar/limits.ts';

/** The name of one resource, or of a namespace: `job::/sandbox/admin::mycaptoken`. */
export interface ResourceName {
  readonly type: string;
  readonly namespace: readonly string[];
  /** `null`: the namespace itself. */
  readonly local: readonly string[] | null;
}

/** Longest name that is read, in characters. */
const LONGEST = 4_096;
const TYPE = /^[A-Za-z][A-Za-z0-9_-]*$/;
const CONTROL = /\p{Cc}/u;

/**
 * Reads the name of a resource; `undefined` where it is none. Looser than the realms of a document: names may hold whatever is not a slash, a double colon or
 * a control character, since resources may be called after things that people name.
 */
export function parseName(text: string): ResourceName | undefined {
  if (text.length > LONGEST || CONTROL.test(text)) return undefined;
  const colons = text.indexOf('::/');
  const type = text.slice(0, Math.max(colons, 0));
  if (!TYPE.test(type)) return undefined;
  const rest = text.slice(colons + 3);
  const second = rest.indexOf('::');
  const namespace = segmentsOf(second === -1 ? rest : rest.slice(0, second));
  if (namespace === undefined) return undefined;
  if (second === -1) return { type, namespace, local: null };
  const local = segmentsOf(rest.slice(second + 2));
  return local === undefined || local.length === 0 ? undefined : { type, namespace, local };
}

/** Why a text is not the name of a resource. */
export function nameProblem(text: string): string {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return `${JSON.stringify(shown)} is not the name of a resource: write type::/namespace or type::/namespace::name, at most ${LONGEST} characters and ${LIMITS.segments} names between slashes`;
}

function segmentsOf(text: string): string[] | undefined {
  if (text === '') return [];
  const segments = text.split('/');
  return segments.length > LIMITS.segments || segments.includes('') ? undefined : segments;
}
