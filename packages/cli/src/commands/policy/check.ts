import type { Command } from 'commander';
import { readInput } from '../../input.ts';
import { leaf } from '../leaf.ts';
import { printDiagnostics } from './files.ts';
import { worksHere } from './local.ts';

/** `mintmark policy check`: what is wrong with policy files, with line and column. Exit code 1 where there is an error; warnings alone are none. */
export function addPolicyCheck(policy: Command): void {
  const command = leaf(policy, { name: 'check', about: 'check policy files, or - for standard input; rules in Nomad HCL are read too', takes: ['<path...>'] });
  worksHere(command, async (_flags, paths = []) => {
    const { check, parse, readRules } = await import('@mintmark/policy');
    let bad = false;
    for (const path of paths) {
      const text = readInput(path, 'the policy');
      const rules = readRules(text);
      const diagnostics = rules.ok ? (parse(text).ok ? check(text) : rules.warnings) : rules.diagnostics;
      bad = printDiagnostics(path, diagnostics) || bad;
    }
    return bad ? 1 : 0;
  });
}
