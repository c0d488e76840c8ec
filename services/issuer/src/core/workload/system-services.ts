import { formatTime, instantOf, type LiveRecord, NO_REVISION, SYSTEM_SERVICES } from '@mintmark/domain';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../../context.ts';
import { commit, headShown } from '../commit.ts';
import { envelope, freshUuid } from '../mint.ts';
import { readById, readByKey } from '../reading.ts';

/** Writes the services that every cluster has, once it is bootstrapped. The authority's work; elsewhere it does nothing. */
export async function keepSystemServices(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  if (ctx.authority !== undefined || (await readById(ctx, 'bootstrap', 'acl', signal)) === undefined) return;
  for (const { fqn, type, description } of SYSTEM_SERVICES) {
    if ((await readByKey(ctx, 'service', 'name', fqn, signal)) !== undefined) continue;
    const createTime = formatTime(instantOf(ctx.world.clock.now()));
    const body = { fqn, providerFqn: '', type, description, parameters: '{}', createdBy: 'system', createTime };
    await ctx.turns.run(async () => {
      const head = await headShown(ctx, signal);
      if ((await readByKey(ctx, 'service', 'name', fqn, signal)) !== undefined) return;
      const record: LiveRecord<'service'> = { kind: 'service', id: freshUuid(ctx), scope: 'global', deleted: false, body, ...envelope(ctx, NO_REVISION) };
      try {
        await commit(ctx, record, { head }, signal);
      } catch (error) {
        // Somebody else wrote meanwhile: the next look tries again.
        if (!(error instanceof LogError)) throw error;
      }
    });
  }
}
