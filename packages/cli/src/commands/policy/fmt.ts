import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import { readInput } from '../../input.ts';
import { print } from '../../output/print.ts';
import { leaf } from '../leaf.ts';
import { diagnosticLine, documentOf, shownName } from './files.ts';
import { worksHere } from './local.ts';

interface Flags {
  readonly w?: true;
  readonly check?: true;
  readonly import?: true;
}

/** `mintmark policy fmt`: policy files in the one form that the service prints. */
export function addPolicyFmt(policy: Command): void {
  const command = leaf(policy, { name: 'fmt', about: 'print policy files, or - for standard input, in canonical form', takes: ['<path...>'] })
    .option('-w', 'write the files instead of printing them')
    .option('--check', 'print only the names of files that are not in that form; exit code 1 if there are any')
    .option('--import', "read rules in Nomad HCL too, and print them in Mintmark's language");
  worksHere<Flags>(command, async (flags, paths = []) => {
    if (flags.w === true && paths.includes('-')) throw new UsageError('-w: standard input cannot be written; give the path of a file');
    let different = false;
    for (const path of paths) {
      const text = readInput(path, 'the policy');
      const formatted = await canonical(path, text, flags);
      if (flags.check === true) {
        if (formatted !== text) print(shownName(path));
        different ||= formatted !== text;
      } else if (flags.w === true) {
        if (formatted !== text) await writeFile(path, formatted);
      } else print(formatted);
    }
    return different ? 1 : 0;
  });
}

async function canonical(path: string, text: string, flags: Flags): Promise<string> {
  const { parse, print: printed, readRules } = await import('@mintmark/policy');
  if (flags.import === true) return printed(await documentOf(path, text));
  const read = parse(text);
  if (!read.ok) {
    const faults = read.diagnostics.map((diagnostic) => diagnosticLine(path, diagnostic));
    throw new UsageError([...faults, ...(readRules(text).ok ? ["These are rules in Nomad's language: -import prints them in Mintmark's"] : [])].join('\n'));
  }
  return printed(read.document);
}
