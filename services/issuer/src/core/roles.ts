import { type issuer, toWire } from '@mintmark/contract';
import { invalid, type LiveEntry, type LiveRecord, NO_REVISION, Refusal, type RoleBody, roleHash, roleProblems } from '@mintmark/domain';
import type { IssuerContext } from '../context.ts';
import type { Committed } from './commit.ts';
import { envelope, freshUuid } from './mint.ts';
import { readById, readByKey } from './reading.ts';

/** The role as it is to be stored (specs 1.11). Throws the refusal `invalid_argument`. */
export async function draftRole(
  ctx: IssuerContext,
  input: issuer.RoleInput,
  stored: LiveEntry<'role'> | undefined,
  signal: AbortSignal,
): Promise<LiveRecord<'role'>> {
  const said = { name: input.name, description: input.description, policies: [...new Set(input.policies)] };
  const problems = roleProblems(said);
  if (problems.length > 0) throw invalid('role', problems);
  for (const name of said.policies) await mustExist(ctx, name, signal);
  const id = stored?.record.id ?? freshUuid(ctx);
  const body: RoleBody = { ...said, hash: roleHash(said) };
  return { kind: 'role', id, scope: 'global', deleted: false, body, ...envelope(ctx, stored?.record.createIndex) };
}

/** Refuses a name that a role has. The view must show the log's head, and the write expect that nothing follows it. */
export async function mustBeFree(ctx: IssuerContext, name: string, signal: AbortSignal): Promise<void> {
  if ((await readByKey(ctx, 'role', 'name', name, signal)) !== undefined) throw new Refusal('already_exists', `role with name ${name} already exists`);
}

/** The answer to a write of a role. */
export function roleWritten({ index, freshness }: Committed, record: LiveRecord<'role'>): issuer.RoleWritten {
  const createIndex = record.createIndex === NO_REVISION ? index : record.createIndex;
  return { written: { index, freshness }, record: toWire({ ...record, createIndex }), modifyIndex: index };
}

/** Documents that apply to everyone are nobody's to hold. */
async function mustExist(ctx: IssuerContext, name: string, signal: AbortSignal): Promise<void> {
  const policy = await readById(ctx, 'policy', name, signal);
  if (policy?.record.body.applies !== 'holders') throw new Refusal('invalid_argument', `cannot find policy ${name}`);
}
