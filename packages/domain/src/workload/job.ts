import type { Fqn } from './fqn.ts';
import { parseFqn } from './fqn.ts';

/** States of a job (seed systems, 1.1 row 19). Nothing is run: they say what was asked for. */
export const JOB_STATES = [
  'invalid',
  'unknown',
  'created',
  'errored',
  'staging',
  'staging_failed',
  'ready',
  'started',
  'stopped',
  'finished',
] as const;
export type JobState = (typeof JOB_STATES)[number];

/** States that a caller may ask for. */
export const ASKED_STATES = ['created', 'ready', 'started', 'stopped'] as const satisfies readonly JobState[];

export interface JobDraft {
  readonly state: string;
  readonly numInstances: number;
  readonly tags: Readonly<Record<string, string>>;
}

const MAX_INSTANCES = 10_000;
const MAX_TAGS = 64;
const MAX_TAG_BYTES = 512;

/** What is wrong with what is said of a job: the field and its accepted form; `undefined` for nothing. */
export function jobProblem({ state, numInstances, tags }: JobDraft): string | undefined {
  if (!(ASKED_STATES as readonly string[]).includes(state)) return `state must be one of ${ASKED_STATES.join(', ')}`;
  if (!Number.isInteger(numInstances) || numInstances < 0 || numInstances > MAX_INSTANCES) return `num_instances must be a whole number from 0 to ${MAX_INSTANCES}`;
  const names = Object.entries(tags);
  if (names.length > MAX_TAGS) return `tags must be at most ${MAX_TAGS}`;
  const tooLong = names.some((pair) => pair.some((text) => Buffer.byteLength(text) > MAX_TAG_BYTES));
  return tooLong ? `tags must have names and values of at most ${MAX_TAG_BYTES} bytes` : undefined;
}

const HEX = /^[0-9a-f]{8}$/;

/** The name of the pipeline job that serves a binding to the HTTP service (seed systems, 1.1 row 24). `suffix` is 8 hex digits. */
export function pipelineName(job: string, suffix: string): string {
  if (!HEX.test(suffix)) throw new RangeError('suffix must be 8 lower-case hex digits');
  return `${job}/http/${suffix}`;
}

/** Whether a name is one that only a pipeline has. */
export function isPipelineName({ local }: Pick<Fqn, 'local'>): boolean {
  return /\/http\/[0-9a-f]{8}$/.test(local);
}

/** What a binding is called that nobody named. */
export function defaultBindingName(job: string, service: string): string {
  return `bind_${localOf(service)}_${localOf(job)}`;
}

/** The first part of the id of every binding of a job. */
export function bindingPrefix(jobId: string): string {
  return `${jobId}.`;
}

/** The unique name of a binding: its job and its own. */
export function bindingKey({ job, name }: { readonly job: string; readonly name: string }): string {
  return `${job} ${name}`;
}

function localOf(fqn: string): string {
  return parseFqn(fqn)?.local ?? fqn;
}
