import { type Command, InvalidArgumentError, Option } from 'commander';
import type { RunOptions } from '../embedded/run.ts';
import type { Environment } from '../environment.ts';
import { failed } from '../failed.ts';
import { servicesRun } from '../node-version.ts';

const DEFAULT_REGIONS = ['us-east', 'eu-west', 'ap-south'];

/**
 * `mintmark dev`: all regions in one process, data kept in a folder. Of the services' variables it reads an issuer's limits, sign-ins and signing keys, and how a
 * validator serves API clients and is reached.
 */
export function addDev(program: Command, env: Environment): void {
  program
    .command('dev')
    .description('run several regions in this process, with everything kept in one folder')
    .option('--data <folder>', 'where data are kept', './data')
    .option('--regions <names>', 'regions, separated by commas; the first is the authority', regionNames, DEFAULT_REGIONS)
    .option('--port <base>', 'HTTP port of the first region; each further one 100 higher, gRPC one above', portNumber, 4646)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--example <port>', 'also run the example API, guarded by the first region, on this port', portNumber)
    .addOption(new Option('--log-level <level>', 'log lines on standard error').choices(['debug', 'info', 'warn', 'error']).default('error'))
    .action((options: DevOptions) => dev(options, env));
}

type DevOptions = Omit<RunOptions, 'env'>;

async function dev(options: DevOptions, env: Environment): Promise<void> {
  if (options.port + 100 * (options.regions.length - 1) + 1 > 65_535) return failed('--port is too high for that many regions');
  if (!servicesRun('dev')) return;
  const { runEmbedded } = await import('../embedded/run.ts');
  await runEmbedded({ ...options, env });
}

function regionNames(text: string): readonly string[] {
  const names = text.split(',');
  if (names.some((name) => !/^[a-z0-9][a-z0-9-]{0,62}$/.test(name))) {
    throw new InvalidArgumentError('each name must be 1 to 63 of a-z, 0-9 and "-", not starting with "-".');
  }
  if (new Set(names).size !== names.length) throw new InvalidArgumentError('each name may be given once.');
  return names;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_534) throw new InvalidArgumentError('must be a whole number from 1 to 65534.');
  return port;
}
