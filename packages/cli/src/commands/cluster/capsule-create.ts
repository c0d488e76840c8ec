import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import type { Api } from '../../client/http.ts';
import type { Environment } from '../../environment.ts';
import { print } from '../../output/print.ts';
import { group, leaf } from '../leaf.ts';
import { targeted, told, workingNamespace } from './session.ts';

interface Flags {
  readonly image: string;
  readonly allowEgress?: true;
  readonly ae?: true;
}

/** Packages that images stand for. */
const IMAGES: Readonly<Record<string, string>> = { linux: 'package::/apcera/pkg/os::ubuntu-14.04-apc3' };

/** `mintmark capsule`: the record of a capsule. Nothing is run, so that `connect` tells what the target says to that. */
export function addCapsules(program: Command, env: Environment): void {
  const capsules = group(program, 'capsule', 'capsules at the target');
  leaf(capsules, { name: 'create', about: 'make the record of a capsule; nothing is run', takes: ['<name>'] })
    .option('-i, --image <name>', `image: ${Object.keys(IMAGES).join(', ')}`, 'linux')
    .option('--allow-egress', 'let it reach networks outside the cluster')
    .option('--ae', 'the same in short')
    .action((name: string, { image, allowEgress, ae }: Flags) =>
      told(async () => {
        const { api } = await targeted(env);
        const fqn = await jobName(api, name);
        const wanted = IMAGES[image];
        if (wanted === undefined) throw new UsageError(`--image must be one of: ${Object.keys(IMAGES).join(', ')}`);
        await api.write('Error creating capsule', '/v1/jobs', { fqn, packages: [{ fqn: wanted }], allow_egress: (allowEgress ?? ae) === true });
        print(`Capsule "${fqn}" created`);
      }),
    );
  leaf(capsules, { name: 'connect', about: 'ask for a shell in a capsule, which the target refuses: nothing is run', takes: ['<name>'] }).action((name: string) =>
    told(async () => {
      const { api } = await targeted(env);
      const fqn = await jobName(api, name);
      const [job] = await api.read<readonly { readonly uuid: string }[]>('Error reading the capsule', `/v1/jobs?fqn=${encodeURIComponent(fqn)}`);
      if (job === undefined) throw new UsageError(`there is no "${fqn}"`);
      await api.write('Error connecting', `/v1/jobs/${job.uuid}/connect`, {});
    }),
  );
}

/** A full name as it is; another in the working namespace. */
export async function jobName(api: Api, name: string): Promise<string> {
  if (name.startsWith('job::')) return name;
  return `job::${await workingNamespace(api)}::${name}`;
}
