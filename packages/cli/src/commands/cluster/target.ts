import type { Command } from 'commander';
import { UsageError } from '../../client/failure.ts';
import type { Environment } from '../../environment.ts';
import { print } from '../../output/print.ts';
import { leaf } from '../leaf.ts';
import { readDotApc, writeDotApc } from './dot-apc.ts';
import { told, warnOfHttp } from './session.ts';

/** `mintmark target`: shows or sets the cluster that `login`, `job`, `capsule` and `service` call. */
export function addTarget(program: Command, env: Environment): void {
  leaf(program, { name: 'target', about: 'show or set the cluster that login, job, capsule and service call', takes: ['[url]'] }).action((url: string | undefined) =>
    told(() => {
      const before = readDotApc(env);
      if (url === undefined) return print(before.target === undefined ? 'No target is set' : `Targeted [${before.target}]`);
      const target = originOf(url);
      writeDotApc(env, { ...before, target });
      warnOfHttp(target);
      print(`Targeted [${target}]`);
    }),
  );
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '') {
    throw new UsageError(`the target must be an address such as http://CLUSTER-NAME, not ${JSON.stringify(text)}`);
  }
  return url.origin;
}
