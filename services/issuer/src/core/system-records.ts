import type { IssuerContext } from '../context.ts';
import { readById } from './reading.ts';
import { keepSystemDocuments } from './system-documents.ts';
import { keepSystemServices } from './workload/system-services.ts';

/** Writes what every cluster has from its bootstrap on, where it is not there yet. The authority's work; elsewhere, and before, it does nothing. */
export async function keepSystemRecords(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  if (ctx.authority !== undefined || (await readById(ctx, 'bootstrap', 'acl', signal)) === undefined) return;
  await keepSystemDocuments(ctx, signal);
  await keepSystemServices(ctx, signal);
}
