import { resolve } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Environment } from '../environment.ts';
import { failed } from '../failed.ts';
import { addAuthority } from './operator/authority.ts';
import { addBackup } from './operator/backup.ts';
import { addKeys } from './operator/keys.ts';
import { addRecordKey } from './operator/record-key.ts';

/** `mintmark operator`: what is done beside the running service. */
export function addOperator(program: Command, env: Environment): void {
  const operator = program.command('operator').description('tasks of whoever runs the service');
  operator
    .command('bootstrap-reset')
    .description("allow one more bootstrap, by a file that the authority's issuer uses up")
    .option('--data <folder>', 'the data folder of `mintmark dev`', './data')
    .option('--file <path>', "instead of --data: the file that the authority's issuer was told of (MINTMARK_BOOTSTRAP_RESET_FILE)")
    .option('--index <number>', 'allow it only for this reset index', resetIndex)
    .action(bootstrapReset);
  addAuthority(operator, env);
  addKeys(operator, env);
  addBackup(operator, env);
  addRecordKey(operator);
}

async function bootstrapReset(options: { readonly data: string; readonly file?: string; readonly index?: number }): Promise<void> {
  try {
    const { authorityOf, resetFile, writeWhole } = await import('../embedded/data.ts');
    const data = resolve(options.data);
    const path = options.file === undefined ? resetFile(data, await authorityOf(data)) : resolve(options.file);
    await writeWhole(path, `${options.index ?? 'any'}\n`);
    process.stdout.write(`One more bootstrap is allowed, until it is used or ${path} is removed.\n`);
  } catch (error) {
    failed(error);
  }
}

function resetIndex(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('must be the number that the bootstrap error shows as reset index.');
  return Number(text);
}
