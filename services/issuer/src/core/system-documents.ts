import { LogError } from '@mintmark/log';
import { type SystemDocument, systemDocuments } from '@mintmark/policy';
import type { IssuerContext } from '../context.ts';
import { standing, writePolicy } from './policies.ts';
import { readById } from './reading.ts';

/** The user that a new cluster calls its administrator. */
const FIRST_ADMINISTRATOR = 'admin';

/** Writes the documents that come with the system: those that users cannot change as this version has them, the others where there has never been one. */
export async function keepSystemDocuments(ctx: IssuerContext, signal: AbortSignal): Promise<void> {
  for (const document of systemDocuments([FIRST_ADMINISTRATOR])) await keep(ctx, document, signal);
}

async function keep(ctx: IssuerContext, { name, text: rules, readOnly: system }: SystemDocument, signal: AbortSignal): Promise<void> {
  const present = (await readById(ctx, 'policy', name, signal))?.record.body;
  if (present !== undefined && (!system || (present.rules === rules && present.system))) return;
  const before = await standing(ctx, name, signal);
  if (!system && before.at !== 0) return;
  const text = { description: '', rules, applies: 'everyone', jobAcl: null } as const;
  try {
    await writePolicy(ctx, { name, text, before, author: 'system', system }, signal);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
  }
}
