import type { Command } from 'commander';
import type { Environment } from '../../environment.ts';
import { print } from '../../output/print.ts';
import { group, leaf } from '../leaf.ts';
import { targeted, told, workingNamespace } from './session.ts';

interface JobJson {
  readonly name: string;
  readonly type: string;
  readonly namespace: string;
  readonly state: string;
  readonly num_instances: number;
}

/** `mintmark job list`: the jobs of the working namespace that the caller may read. */
export function addJobs(program: Command, env: Environment): void {
  const jobs = group(program, 'job', 'jobs at the target');
  leaf(jobs, { name: 'list', about: 'list the jobs of the working namespace' }).action(() =>
    told(async () => {
      const { api } = await targeted(env);
      const working = await workingNamespace(api);
      const found = await api.read<readonly JobJson[]>('Error listing jobs', '/v1/jobs');
      const here = found.filter(({ namespace }) => namespace === working).sort((a, b) => (a.name < b.name ? -1 : 1));
      const rows = here.map((job) => [job.name, job.type, job.namespace, job.state, instances(job)]);
      print(boxed([['Name', 'Type', 'Namespace', 'Status', 'Instances'], ...rows]));
    }),
  );
}

function instances({ state, num_instances }: JobJson): string {
  return `${state === 'started' ? num_instances : 0}/${num_instances}`;
}

/** The product's table: bars between the columns. */
function boxed(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => `│ ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' │ ')} │`).join('\n');
}
