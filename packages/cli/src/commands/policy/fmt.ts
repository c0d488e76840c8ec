import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import { readInput } from '../../input.ts';
import { print } from '../../output/print.ts';
import { leaf } from '../leaf.ts';
import { diagnosticLine, shownName } from './files.ts';
import { worksHere } from './local.ts';

interface Flags {
  readonly w?: true;
  readonly check?: true;
}

/** `mintmark policy fmt`: policy files in the one form that the service prints. */
export function addPolicyFmt(policy: Command): void {
  const command = leaf(policy, { name: 'fmt', about: 'print policy files, or - for standard input, in canonical form', takes: ['<path...>'] })
    .option('-w', 'write the files instead of printing them')
    .option('--check', 'print only the names of files that are not in that form; exit code 1 if there are any');
  worksHere<Flags>(command, async (flags, paths = []) => {
    if (flags.w === true && paths.includes('-')) throw new UsageError('-w: standard input cannot be written; give the path of a file');
    let different = false;
    for (const path of paths) {
      const text = readInput(path, 'the policy');
      const formatted = await canonical(path, text);
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

async function canonical(path: string, text: string): Promise<string> {
  const { parse, print: printed } = await import('@mintmark/policy');
  const read = parse(text);
  if (!read.ok) throw new UsageError(read.diagnostics.map((diagnostic) => diagnosticLine(path, diagnostic)).join('\n'));
  return printed(read.document);
}
