import { ConfigError } from '@mintmark/kit/config';
import { runUntilSignal } from '@mintmark/kit/lifecycle';
import type { Command } from 'commander';
import { failed } from '../failed.ts';
import type { Environment } from '../program.ts';
import { serveIssuer } from '../server/issuer.ts';
import { serveReplicator } from '../server/replicator.ts';
import { serveValidator } from '../server/validator.ts';

const SERVICES = {
  issuer: { serve: serveIssuer, about: 'decides and writes; one per region' },
  validator: { serve: serveValidator, about: 'the front door: HTTP and gRPC; any number per region' },
  replicator: { serve: serveReplicator, about: "keeps the region's view and its copy of the authority's records; one per region" },
} as const;

/** `mintmark server`: one service of one region, configured by environment (docs/OPERATIONS.md). */
export function addServer(program: Command, env: Environment): void {
  const server = program.command('server').description('run one service of one region, configured by MINTMARK_* variables');
  for (const [name, { serve, about }] of Object.entries(SERVICES)) {
    server
      .command(name)
      .description(about)
      .action(async () => {
        try {
          await runUntilSignal(() => serve(env));
        } catch (error) {
          failed(error instanceof ConfigError ? error.message : error);
        }
      });
  }
}
