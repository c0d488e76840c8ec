import { formatTime, instantOf, type LiveRecord, NO_REVISION, SYSTEM_SERVICES } from '@mintmark/domain';
import type { IssuerContext } from '../../context.ts';
import { commit, decide, headShown } from '../commit.ts';
import { envelope, freshUuid } from '../mint.ts';
import { readByKey } from '../reading.ts';

type SystemService = (typeof SYSTEM_SERVICES)[number];

/** Writes the services that every cluster has, where they are not there yet. */
export async function keepSystemServices(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  for (const service of SYSTEM_SERVICES) {
    if (await isThere(ctx, service, signal)) continue;
    await ctx.wholeLog.decide(() => decide(ctx, signal, () => write(ctx, service, signal)), signal);
  }
}

async function isThere(ctx: IssuerContext, { fqn }: SystemService, signal: AbortSignal): Promise<boolean> {
  return (await readByKey(ctx, 'service', 'name', fqn, signal)) !== undefined;
}

async function write(ctx: IssuerContext, service: SystemService, signal: AbortSignal): Promise<void> {
  const head = await headShown(ctx, signal);
  if (await isThere(ctx, service, signal)) return;
  const { fqn, type, description } = service;
  const createTime = formatTime(instantOf(ctx.world.clock.now()));
  const body = { fqn, providerFqn: '', type, description, parameters: '{}', createdBy: 'system', createTime };
  const record: LiveRecord<'service'> = { kind: 'service', id: freshUuid(ctx), scope: 'global', deleted: false, body, ...envelope(ctx, NO_REVISION) };
  await commit(ctx, record, { head }, signal);
}
