import { isDeepStrictEqual } from 'node:util';
import { type issuer, toWire } from '@mintmark/contract';
import {
  formatTime,
  instantOf,
  isGrantName,
  KEPT_POLICY_VERSIONS,
  type LiveEntry,
  type LiveRecord,
  liveOf,
  NO_REVISION,
  type PolicyApplies,
  type PolicyBody,
  policyHash,
  policyVersionId,
  policyVersionOf,
  policyVersionPrefix,
  Refusal,
  type Revision,
} from '@mintmark/domain';
import { LogError } from '@mintmark/log';
import type { IssuerContext } from '../context.ts';
import { type Committed, commit, reachLog, shown } from './commit.ts';
import { envelope } from './mint.ts';
import { orUnavailable, readById } from './reading.ts';

/*
 * Policies and their past texts.
 *
 * V1  A text is kept among the past ones before it is replaced or deleted. A decision that is cut short in between leaves a copy of the present text,
 *     which the next one finds and leaves as it is: the text of a number never changes.
 * V2  Numbers go on where a deleted policy is written again, so no two texts of a name have the same one.
 * V3  The last 50 texts are kept, the present one among them. What a decision that was cut short has left over goes with the next one.
 */

/** A policy where it stands in the log. */
export interface Standing {
  /** Of the key's newest append, its tombstone where it was deleted. */
  readonly at: Revision;
  readonly policy: LiveEntry<'policy'> | undefined;
}

/** A text that is about to be written. */
export type NewText = Pick<PolicyBody, 'description' | 'rules' | 'applies' | 'jobAcl'>;

/** The policy of that name, once the region shows it and what was written before it. */
export async function standing(ctx: IssuerContext, name: string, signal: AbortSignal): Promise<Standing> {
  if (!isGrantName(name)) return { at: NO_REVISION, policy: undefined };
  const entry = await reachLog(() => ctx.log.get({ scope: 'global', kind: 'policy', id: name }, { signal }));
  if (entry === undefined) return { at: NO_REVISION, policy: undefined };
  await shown(ctx, entry.revision, signal);
  return { at: entry.revision, policy: liveOf(entry, 'policy') };
}

/** Which sort of policy a request is about. */
export function appliesOf({ applies }: { readonly applies: string }): PolicyApplies {
  if (applies === '') return 'holders';
  if (applies === 'holders' || applies === 'everyone') return applies;
  throw new Refusal('invalid_argument', 'applies must be "holders" or "everyone"');
}

/** Refuses to change what the system has defined, and what belongs to the other surface. */
export function mayChange(name: string, body: Pick<PolicyBody, 'applies' | 'system'> | undefined, applies: PolicyApplies): void {
  if (body === undefined) return;
  if (body.system) throw new Refusal('invalid_argument', `policy ${JSON.stringify(name)} is defined by the system and read-only: write one of another name`);
  if (body.applies === applies) return;
  const where = body.applies === 'everyone' ? 'applies to everyone: use /v1/policy' : 'applies to those who hold it: use /v1/acl/policy';
  throw new Refusal('invalid_argument', `policy ${JSON.stringify(name)} ${where}/${name}`);
}

/** Writes a text in place of the present one; the same text again keeps its number, author and time. Throws `LogError` `conflict` to be decided again. */
export async function writePolicy(
  ctx: IssuerContext,
  write: { readonly name: string; readonly text: NewText; readonly before: Standing; readonly author: string; readonly system?: boolean },
  signal: AbortSignal,
): Promise<PolicyCommit> {
  const { name, text, before, author, system = false } = write;
  const present = before.policy?.record.body;
  const same = present !== undefined && isSameText(present, text);
  if (before.policy !== undefined && !same) await keep(ctx, before.policy, signal);
  const about = same
    ? { version: present.version, author: present.author, writtenAt: present.writtenAt }
    : { version: await nextVersion(ctx, name, present, signal), author, writtenAt: formatTime(instantOf(ctx.world.clock.now())) };
  const body: PolicyBody = { ...text, ...about, system, hash: policyHash({ name, ...text }) };
  const createIndex = before.policy?.record.createIndex ?? NO_REVISION;
  const record: LiveRecord<'policy'> = { kind: 'policy', id: name, scope: 'global', deleted: false, body, ...envelope(ctx, createIndex) };
  const committed = await commit(ctx, record, { key: before.at }, signal);
  if (!same) await forget(ctx, name, body.version, signal);
  return { committed, record };
}

export interface PolicyCommit {
  readonly committed: Committed;
  readonly record: LiveRecord<'policy'>;
}

/** Deletes a policy; its texts are kept. Throws `LogError` `conflict` to be decided again. */
export async function endPolicy(ctx: IssuerContext, policy: LiveEntry<'policy'>, signal: AbortSignal): Promise<Committed> {
  const { kind, id, scope, createIndex, body } = policy.record;
  await keep(ctx, policy, signal);
  const committed = await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { key: policy.revision }, signal);
  await forget(ctx, id, body.version, signal);
  return committed;
}

/** The answer to a write of a policy. */
export function policyWritten({ committed, record }: PolicyCommit): issuer.PolicyWritten {
  const { index, freshness } = committed;
  const createIndex = record.createIndex === NO_REVISION ? index : record.createIndex;
  return { written: { index, freshness }, record: toWire({ ...record, createIndex }), modifyIndex: index };
}

function isSameText(present: PolicyBody, { description, rules, applies, jobAcl }: NewText): boolean {
  return present.description === description && present.rules === rules && present.applies === applies && isDeepStrictEqual(present.jobAcl, jobAcl);
}

async function keep(ctx: IssuerContext, { record: { id, body } }: LiveEntry<'policy'>, signal: AbortSignal): Promise<void> {
  const key = { kind: 'policy_version', id: policyVersionId(id, body.version), scope: 'global' } as const;
  if ((await readById(ctx, key.kind, key.id, signal)) !== undefined) return;
  await commit(ctx, { ...key, deleted: false, body: policyVersionOf(id, body), ...envelope(ctx) }, { key: NO_REVISION }, signal);
}

async function nextVersion(ctx: IssuerContext, name: string, present: PolicyBody | undefined, signal: AbortSignal): Promise<number> {
  if (present !== undefined) return present.version + 1;
  const query = { order: 'id', prefix: policyVersionPrefix(name), limit: 2 * KEPT_POLICY_VERSIONS } as const;
  const past = await orUnavailable(() => ctx.view.list('policy_version', query, { signal }));
  return Math.max(0, ...past.value.map(({ record }) => record.body.version)) + 1;
}

/** Deletes what is older than the texts that are kept, from the newest on. The write before it stands whether or not this succeeds. */
async function forget(ctx: IssuerContext, name: string, newest: number, signal: AbortSignal): Promise<void> {
  try {
    for (let version = newest - KEPT_POLICY_VERSIONS; version > 0; version -= 1) {
      const past = await readById(ctx, 'policy_version', policyVersionId(name, version), signal);
      if (past === undefined) return;
      const { kind, id, scope, createIndex } = past.record;
      await commit(ctx, { kind, id, scope, deleted: true, ...envelope(ctx, createIndex) }, { key: past.revision }, signal);
    }
  } catch (error) {
    if (!(error instanceof LogError || error instanceof Refusal)) throw error;
  }
}
