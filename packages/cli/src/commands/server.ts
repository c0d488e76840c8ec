import { ConfigError } from '@mintmark/kit/config';
import type { Command } from 'commander';
import { failed } from '../failed.ts';
import { servicesRun } from '../node-version.ts';
import type { Environment } from '../environment.ts';

/** Loaded when asked for: each brings its own drivers. */
const SERVICES = {
  issuer: { load: async () => (await import('../server/issuer.ts')).serveIssuer, about: 'decides and writes; one per region' },
  validator: { load: async () => (await import('../server/validator.ts')).serveValidator, about: 'the front door: HTTP and gRPC; any number per region' },
  replicator: {
    load: async () => (await import('../server/replicator.ts')).serveReplicator,
    about: "keeps the region's view and its copy of the authority's records; one per region",
  },
} as const;

/** `mintmark server`: one service of one region, configured by environment (docs/OPERATIONS.md). */
export function addServer(program: Command, env: Environment): void {
  const server = program.command('server').description('run one service of one region, configured by MINTMARK_* variables');
  for (const [name, { load, about }] of Object.entries(SERVICES)) {
    server
      .command(name)
      .description(about)
      .action(async () => {
        if (!servicesRun(`server ${name}`)) return;
        try {
          const { runUntilSignal } = await import('@mintmark/kit/lifecycle');
          await runUntilSignal(async () => (await load())(env));
        } catch (error) {
          failed(error instanceof ConfigError ? error.message : error);
        }
      });
  }
  server
    .command('variables')
    .description('print every variable that the services and the command line read, as the tables of docs/OPERATIONS.md')
    .action(async () => {
      const { variableTables } = await import('../server/variables.ts');
      process.stdout.write(variableTables());
    });
}
