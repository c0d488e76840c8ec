import type { PolicyBody } from '@mintmark/domain';
import { checkDocument, parse, readRules } from '@mintmark/policy';

/**
 * What is wrong with a policy's text, as `line:column: message`; `undefined` for nothing. A text that applies to those who hold it may be written in
 * Nomad's language too, as far as that has a counterpart.
 */
export function rulesProblem({ rules, applies }: Pick<PolicyBody, 'rules' | 'applies'>): string | undefined {
  const read = applies === 'holders' ? readRules(rules) : parse(rules);
  const diagnostics = read.ok ? checkDocument(read.document) : read.diagnostics;
  const first = diagnostics.find(({ severity }) => severity === 'error');
  return first === undefined ? undefined : `${first.line}:${first.column}: ${first.message}`;
}
