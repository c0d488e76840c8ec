import { validator } from '@mintmark/contract';
import { keyText, type MintRecord } from '@mintmark/domain';
import { PERMITS } from '../workload/policy-texts.ts';
import type { Verdicts } from './broken.ts';
import type { History } from './history.ts';
import { type Asked, type KnownToken, keyOf, nameOf } from './tokens.ts';

/** Judges decisions in the authority: a policy is in force at every validator of the region when its write has returned. */
export function judgeDecision(token: KnownToken, asked: Asked, answer: validator.AuthorizeResponse, authority: History, verdicts: Verdicts): void {
  if (asked.region !== authority.region || token.scope !== 'global') return;
  const holders = statesSince(authority, keyOf(token), asked.acked);
  if (holders.length !== 1 || holders[0] === undefined || holders[0].deleted) return;
  const policies = (holders[0].body as { readonly policies: readonly string[] | null }).policies ?? [];
  const possible = policies.map((name) => statesSince(authority, keyText({ scope: 'global', kind: 'policy', id: name }), asked.acked).map(permits));
  const mayAllow = possible.some((states) => states.includes(true));
  const mayDeny = possible.every((states) => states.includes(false) || states.length === 0);
  const { verdict, reason } = answer;
  if (verdict === validator.Verdict.VERDICT_ALLOW && !mayAllow) verdicts.broken('P2', `${asked.node.name} permits ${nameOf(token)} what no policy of ${policies.join(', ')} permits any more`);
  if (verdict === validator.Verdict.VERDICT_DENY && reason === 'missing_claim' && !mayDeny) verdicts.broken('P6', `${asked.node.name} does not permit ${nameOf(token)} what one of ${policies.join(', ')} permits`);
}

/** What a key may say: as it was acknowledged, and every state since. */
function statesSince(history: History, key: string, acked: number): (MintRecord | undefined)[] {
  return [history.stateAt(key, acked)?.record, ...history.of(key).filter(({ revision }) => revision > acked).map(({ record }) => record)];
}

function permits(record: MintRecord | undefined): boolean {
  return record !== undefined && !record.deleted && (record.body as { readonly rules: string }).rules === PERMITS;
}
