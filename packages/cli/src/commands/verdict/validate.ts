import type { Command } from 'commander';
import type { Environment } from '../../environment.ts';
import { readInput } from '../../input.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { block } from '../../output/table.ts';
import { goTime } from '../../output/time.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { leaf } from '../leaf.ts';
import { credentialProblem, EXIT_CODES, type PrincipalJson, type VerdictJson, verdictOf } from './verdict.ts';

interface Flags extends FormatFlags {
  readonly dialect: string;
}

/** `mintmark validate`: whether a credential is good, and whose it is. */
export function addValidate(program: Command, env: Environment): void {
  const command = leaf(program, {
    name: 'validate',
    about: 'ask whether the token is good, or the credential in a file (or -); exit code 0 allow, 2 deny, 3 unknown, 1 error',
    takes: ['[path]'],
  }).option('--dialect <name>', 'the dialect of the credential in the file', 'acl');
  calls<Flags>(formatFlags(command), env, async ({ api, flags }, path) => {
    const body = path === undefined ? {} : { credential: { dialect: flags.dialect, value: readInput(path, 'the credential').trim() } };
    const doing = 'Error asking for a verdict';
    const verdict = verdictOf(doing, await api.ask(doing, { method: 'POST', path: '/v1/validate', body }));
    print(flags.json === true ? json(verdict) : verdictText(verdict));
    return EXIT_CODES[verdict.verdict];
  });
}

export function verdictText(verdict: VerdictJson): string {
  if (verdict.principal === undefined) return credentialProblem(verdict) ?? `Denied: ${verdict.reason ?? ''}`;
  return `Allowed\n\n${principalBlock(verdict.principal)}`;
}

function principalBlock({ subject, dialect, type, name, global, expiresAt, policies }: PrincipalJson): string {
  return block([
    ['Subject', subject],
    ['Dialect', dialect],
    ['Name', name],
    ['Type', type],
    ['Global', String(global)],
    ['Expiry Time', expiresAt === null ? '' : goTime(expiresAt)],
    ['Policies', type === 'management' ? 'n/a' : `[${policies.join(' ')}]`],
  ]);
}
