import type { Command } from 'commander';
import { print } from '../output/print.ts';
import { leaf } from './leaf.ts';

const SHELLS = {
  bash: async () => (await import('../completion/bash.ts')).bashScript,
  zsh: async () => (await import('../completion/zsh.ts')).zshScript,
  fish: async () => (await import('../completion/fish.ts')).fishScript,
} as const;

/** `mintmark completion`: a script by which a shell completes the commands and flags of this version. */
export function addCompletion(program: Command): void {
  const command = leaf(program, { name: 'completion', about: 'print the completion script of a shell; its first lines say where it goes', takes: ['<shell>'] });
  command.registeredArguments[0]?.choices(Object.keys(SHELLS));
  command.action(async (shell: keyof typeof SHELLS) => {
    const [script, { treeOf }] = await Promise.all([SHELLS[shell](), import('../completion/tree.ts')]);
    print(script(program.name(), treeOf(program)));
  });
}
