import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Environment } from '../environment.ts';
import { failed } from '../failed.ts';
import { leaf } from './leaf.ts';

interface Flags {
  readonly job: string;
  readonly listen: string;
  readonly target: string;
  readonly credentialFile?: string;
  readonly caCert?: string;
  readonly timeout?: string;
  readonly rideOut?: string;
  readonly allowPlain?: true;
}

const CREDENTIAL = 'MINTMARK_PIPELINE_CREDENTIAL';

/** `mintmark pipeline`: the proxy beside a job that calls the API as the job. */
export function addPipeline(program: Command, env: Environment): void {
  leaf(program, { name: 'pipeline', about: "run the proxy beside a job that adds the job's token to its calls of the API" })
    .requiredOption('--job <fqn>', 'full name of the job')
    .option('--listen <host:port>', 'where the job calls', '127.0.0.1:4680')
    .requiredOption('--target <origin>', 'origin of the API, such as https://api.example.com')
    .option('--credential-file <file>', `file with the credential of the job's binding, for the owner's eyes only (or ${CREDENTIAL})`)
    .option('--ca-cert <file>', "PEM file of the authority of the API's certificate")
    .option('--timeout <seconds>', 'how long the API may be silent', '60')
    .option('--ride-out <seconds>', 'for how long requests without effect are tried again while the API cannot be reached', '15')
    .option('--allow-plain', 'let tokens go over http to another machine')
    .action(async (flags: Flags) => {
      try {
        const [{ startPipeline }, { runUntilSignal, systemWorld }] = await Promise.all([import('@mintmark/pipeline'), import('@mintmark/kit/lifecycle')]);
        const options = optionsOf(flags, env);
        await runUntilSignal(async () => {
          const pipeline = await startPipeline(options, systemWorld);
          process.stdout.write(`pipeline of ${options.job} listens on http://${options.host}:${pipeline.port}, forwards to ${options.target}\n`);
          return pipeline;
        });
      } catch (error) {
        failed(error);
      }
    });
}

function optionsOf({ job, listen, target, credentialFile, caCert, timeout = '60', rideOut = '15', allowPlain }: Flags, env: Environment) {
  const at = listen.lastIndexOf(':');
  const port = Number(listen.slice(at + 1));
  if (at < 1 || !Number.isInteger(port) || port < 0 || port > 65_535) throw new RangeError('--listen must be host:port');
  const seconds = Number(timeout);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 3_600) throw new RangeError('--timeout must be a whole number of seconds from 1 to 3600');
  const patience = Number(rideOut);
  if (!Number.isInteger(patience) || patience < 0 || patience > 3_600) throw new RangeError('--ride-out must be a whole number of seconds from 0 to 3600');
  const credential = (credentialFile === undefined ? env[CREDENTIAL] : readFileSync(credentialFile, 'utf8'))?.trim() ?? '';
  if (credential === '') throw new RangeError(`give --credential-file, or set ${CREDENTIAL}`);
  return {
    job,
    host: listen.slice(0, at),
    port,
    target,
    // A platform replaces the file of its assertion now and then.
    credential: credentialFile === undefined ? credential : () => readFileSync(credentialFile, 'utf8'),
    timeoutMs: seconds * 1_000,
    rideOutMs: patience * 1_000,
    ...(caCert === undefined ? {} : { ca: readFileSync(caCert, 'utf8') }),
    ...(allowPlain === undefined ? {} : { allowPlain }),
  };
}
