import { bindingPrefix, type Kind, type LiveEntry, Refusal } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import { commit, type Committed } from '../commit.ts';
import { envelope } from '../mint.ts';
import { orUnavailable, readByKey } from '../reading.ts';

const PAGE = 1_000;

/** The job of that name. Throws the refusal `not_found`. */
export async function jobNamed(ctx: IssuerContext, fqn: string, signal: AbortSignal): Promise<LiveEntry<'job'>> {
  const job = await readByKey(ctx, 'job', 'name', fqn, signal);
  if (job === undefined) throw new Refusal('not_found', `there is no job ${JSON.stringify(fqn)}`);
  return job;
}

/** The service of that name. Throws the refusal `not_found`. */
export async function serviceNamed(ctx: IssuerContext, fqn: string, signal: AbortSignal): Promise<LiveEntry<'service'>> {
  const service = await readByKey(ctx, 'service', 'name', fqn, signal);
  if (service === undefined) throw new Refusal('not_found', `there is no service ${JSON.stringify(fqn)}`);
  return service;
}

/** Every binding of a job. */
export async function bindingsOf(ctx: IssuerContext, jobId: string, signal: AbortSignal): Promise<readonly LiveEntry<'binding'>[]> {
  const query = { order: 'id', prefix: bindingPrefix(jobId), limit: PAGE } as const;
  return (await orUnavailable(() => ctx.view.list('binding', query, { signal }))).value;
}

/** Ends a record. Throws `LogError` `conflict` to be decided again. */
export async function endRecord<K extends Kind>(ctx: IssuerContext, { revision, record }: LiveEntry<K>, signal: AbortSignal): Promise<Committed> {
  const { kind, id, scope, createIndex } = record;
  return commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) } as Parameters<typeof commit>[1], { key: revision }, signal);
}

/** Ends a binding and, before it, its pipeline: whoever is cut off in between finds the binding, and can end it again. */
export async function endBinding(ctx: IssuerContext, binding: LiveEntry<'binding'>, signal: AbortSignal): Promise<Committed> {
  const { pipelineId } = binding.record.body;
  const pipeline = pipelineId === '' ? undefined : (await orUnavailable(() => ctx.view.get('job', pipelineId, { signal }))).value;
  if (pipeline !== undefined) await endRecord(ctx, pipeline, signal);
  return endRecord(ctx, binding, signal);
}
