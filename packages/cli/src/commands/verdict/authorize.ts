import type { Command } from 'commander';
import type { Environment } from '../../environment.ts';
import { json } from '../../output/json.ts';
import { print } from '../../output/print.ts';
import { calls, type FormatFlags, formatFlags } from '../calls.ts';
import { collect, leaf } from '../leaf.ts';
import { keyValues } from '../pairs.ts';
import { allowedText, deniedText } from './explanation.ts';
import { credentialProblem, EXIT_CODES, type VerdictJson, verdictOf } from './verdict.ts';

interface Flags extends FormatFlags {
  readonly context?: readonly string[];
}

/** `mintmark authorize`: whether the bearer of the token may do something, and why. */
export function addAuthorize(program: Command, env: Environment): void {
  const command = leaf(program, {
    name: 'authorize',
    about: 'ask whether the token may do VERB on RESOURCE; exit code 0 allow, 2 deny, 3 unknown, 1 error',
    takes: ['<verb>', '<resource>'],
  }).option('--context <key=value>', 'a fact about the request, such as the other party; may be given several times', collect);
  calls<Flags>(formatFlags(command), env, async ({ api, flags }, verb = '', resource = '') => {
    const context = keyValues('-context', flags.context ?? []);
    const doing = 'Error asking for a decision';
    const verdict = verdictOf(doing, await api.ask(doing, { method: 'POST', path: '/v1/authorize', body: { verb, resource, context } }));
    print(flags.json === true ? json(verdict) : decisionText(verdict));
    return EXIT_CODES[verdict.verdict];
  });
}

/** What allowed it, or what is missing. */
export function decisionText(verdict: VerdictJson): string {
  const { message, reason = '', missing = [], explanation } = verdict;
  if (verdict.verdict !== 'allow') return credentialProblem(verdict) ?? deniedText(message ?? reason, missing);
  const { document = '', line = 0, claim = '', because = [] } = explanation ?? {};
  return document === '' ? 'Allowed: a management token may do everything' : allowedText({ document, line, claim, because });
}
