import type { Command } from 'commander';
import type { Environment } from '../../environment.ts';
import { addCapsules } from './capsule-create.ts';
import { addJobs } from './job-list.ts';
import { addLogin } from './login.ts';
import { addServices } from './service-bind.ts';
import { addTarget } from './target.ts';

/** The commands of the workload dialect, as its own command line has them. */
export function addCluster(program: Command, env: Environment): void {
  addTarget(program, env);
  addLogin(program, env);
  addJobs(program, env);
  addCapsules(program, env);
  addServices(program, env);
}
