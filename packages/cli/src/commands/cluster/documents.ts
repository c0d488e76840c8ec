import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import type { Environment } from '../../environment.ts';
import { print } from '../../output/print.ts';
import { leaf } from '../leaf.ts';
import { targeted, told } from './session.ts';

interface DocumentJson {
  readonly name: string;
  readonly text: string;
}

interface Saved {
  readonly warnings: readonly string[];
}

/** The documents at the target that apply to everybody (seed systems, 1.1 row 28). Nothing is asked back, so `--batch` changes nothing. */
export function addDocuments(policy: Command, env: Environment): void {
  const command = (name: string, about: string, takes: readonly string[]) =>
    leaf(policy, { name, about, takes }).option('--batch', 'ask nothing back, as always');
  command('list', 'names of the documents at the target that apply to everybody', []).action(() =>
    told(async () => {
      const { api } = await targeted(env);
      for (const { name } of await api.read<readonly DocumentJson[]>('Error listing documents', '/v1/policy')) print(name);
    }),
  );
  command('show', 'the text of a document at the target', ['<name>']).action((name: string) =>
    told(async () => {
      const { api } = await targeted(env);
      print((await api.read<DocumentJson>('Error reading document', pathOf(name))).text.replace(/\n$/, ''));
    }),
  );
  command('import', 'save a file as the document of its name at the target', ['<file.pol>']).action((file: string) =>
    told(async () => {
      const { api } = await targeted(env);
      const name = basename(file, '.pol');
      const { warnings } = await api.replace<Saved>('Error saving document', pathOf(name), { name, text: textOf(file) });
      for (const warning of warnings) print(`Warning: ${warning}`);
      print(`Saved "${name}"`);
    }),
  );
  command('delete', 'delete a document at the target', ['<name>']).action((name: string) =>
    told(async () => {
      const { api } = await targeted(env);
      await api.remove<object>('Error deleting document', pathOf(name));
      print(`Deleted "${name}"`);
    }),
  );
}

function pathOf(name: string): string {
  return `/v1/policy/${encodeURIComponent(name)}`;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}
