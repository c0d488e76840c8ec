/** Types of the resources that this dialect keeps. */
export type WorkloadType = 'job' | 'service' | 'provider' | 'package';

/** The name of a resource in full: `job::/sandbox/admin::mycaptoken`. */
export interface Fqn {
  readonly type: string;
  /** With its leading slash: `/sandbox/admin`. */
  readonly namespace: string;
  /** May hold slashes: `mycaptoken/http/f58dbc88`. */
  readonly local: string;
}

const MAX_LENGTH = 512;
const FQN = /^([a-z]+)::(\/(?:SEGMENT(?:\/SEGMENT)*)?)::(SEGMENT(?:\/SEGMENT)*)$/.source.replaceAll('SEGMENT', '[A-Za-z0-9_][A-Za-z0-9_.@-]*');
const PATTERN = new RegExp(FQN);

/** Reads a resource's full name; `undefined` for every other text. */
export function parseFqn(text: string): Fqn | undefined {
  const match = text.length > MAX_LENGTH ? null : PATTERN.exec(text);
  if (match === null) return undefined;
  const [, type = '', namespace = '', local = ''] = match;
  return { type, namespace, local };
}

/** What keeps a text from being the full name of a resource of that type: the field and its accepted form; `undefined` for nothing. */
export function fqnProblem(field: string, text: string, type: WorkloadType): string | undefined {
  if (parseFqn(text)?.type === type) return undefined;
  return `${field} must be the name of a ${type} such as ${type}::/sandbox/admin::name: names of letters, digits, "_", ".", "@" and "-", at most ${MAX_LENGTH} characters`;
}
