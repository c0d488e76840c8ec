import { existsSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import type { Environment } from '../../environment.ts';
import { print } from '../../output/print.ts';
import { group, leaf } from '../leaf.ts';
import { jobName } from './capsule-create.ts';
import { targeted, told } from './session.ts';

interface Flags {
  readonly job: string;
  readonly name?: string;
  readonly credentialFile?: string;
}

interface BindingJson {
  readonly name: string;
  readonly credential?: string;
}

/** `mintmark service bind`: binds a job to a service; the credential of a pipeline goes into a file for its owner's eyes only. */
export function addServices(program: Command, env: Environment): void {
  const services = group(program, 'service', 'services at the target');
  leaf(services, { name: 'bind', about: 'bind a job to a service', takes: ['<service>'] })
    .requiredOption('--job <name>', 'the job')
    .option('--name <name>', 'name of the binding')
    .option('--credential-file <file>', "where the pipeline's credential goes (default: JOB.credential here)")
    .action((service: string, flags: Flags) => told(() => bind(env, service, flags)));
}

async function bind(env: Environment, service: string, { job, name, credentialFile }: Flags): Promise<void> {
  const { api, target } = await targeted(env);
  const fqn = await jobName(api, job);
  const path = credentialFile ?? `${fqn.slice(fqn.lastIndexOf('::') + 2).replaceAll('/', '_')}.credential`;
  if (existsSync(path)) throw new UsageError(`${path} exists: choose another --credential-file`);
  const body = { job_fqn: fqn, service_fqn: service.startsWith('service::') ? service : `service::${service}`, ...(name === undefined ? {} : { name }) };
  const binding = await api.write<BindingJson>('Error binding', '/v1/bindings', body);
  print(`Bound "${fqn}" to "${body.service_fqn}" as "${binding.name}"`);
  if (binding.credential === undefined) return;
  writeFileSync(path, `${binding.credential}\n`, { mode: 0o600, flag: 'wx' });
  print(`The pipeline's credential is in ${path}, and nowhere else. Run it with\n  mintmark pipeline --job ${fqn} --target ${target} --credential-file ${path}`);
}
