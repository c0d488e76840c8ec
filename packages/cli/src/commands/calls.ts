import { type Command, Option } from 'commander';
import { nextStep, UsageError } from '../client/failure.ts';
import type { Api } from '../client/http.ts';
import type { ClientFlags, ClientSettings } from '../client/settings.ts';
import type { Environment } from '../environment.ts';
import { complain } from '../output/print.ts';

export interface Call<F> {
  readonly api: Api;
  readonly settings: ClientSettings;
  readonly flags: F;
}

/** What a command does; its arguments follow in their order. Returns the exit code where that is not 0. */
export type Work<F> = (call: Call<F>, ...args: string[]) => Promise<number | undefined>;

/** Makes a command one that calls a region: it gets the flags that say where and as whom, and tells every failure on standard error. */
export function calls<F>(command: Command, env: Environment, work: Work<F>): void {
  generalFlags(command);
  command.action(async (...given: unknown[]) => {
    const flags = command.opts<ClientFlags & FormatFlags & F>();
    let settings: ClientSettings | undefined;
    try {
      refuseTemplate(flags);
      const [{ clientSettings }, { connect }] = await Promise.all([import('../client/settings.ts'), import('../client/http.ts')]);
      settings = clientSettings(env, flags);
      const args = given.slice(0, -2).filter((arg) => arg !== undefined) as string[];
      process.exitCode = (await work({ api: connect(settings), settings, flags }, ...args)) ?? 0;
    } catch (error) {
      report(error, settings);
    }
  });
}

/** `-json`, and `-t`, which is refused with a reason. */
export function formatFlags(command: Command): Command {
  return command
    .option('--json', 'print JSON')
    .addOption(new Option('-t <template>', 'Go templates are not supported: use -json').hideHelp());
}

export interface FormatFlags {
  readonly json?: true;
  readonly t?: string;
}

function generalFlags(command: Command): void {
  command
    .optionsGroup('General options (one dash or two; each goes before its variable):')
    .option('--address <url>', 'HTTP address of a region (MINTMARK_ADDR; http://127.0.0.1:4646)')
    .option('--region <name>', 'region that is to answer (MINTMARK_REGION)')
    .option('--token <secret>', 'SecretID of the token to act with; better set MINTMARK_TOKEN, which other users do not see')
    .option('--ca-cert <file>', 'PEM file of the certificate authority for https (MINTMARK_CACERT)')
    .option('--client-cert <file>', "PEM file of the client's certificate (MINTMARK_CLIENT_CERT)")
    .option('--client-key <file>', "PEM file of the client's private key (MINTMARK_CLIENT_KEY)")
    .option('--tls-server-name <name>', 'name that the certificate must bear (MINTMARK_TLS_SERVER_NAME)')
    .option('--tls-skip-verify', 'do not check the certificate: for tests only (MINTMARK_SKIP_VERIFY)')
    .option('--no-color', 'no colours (MINTMARK_CLI_NO_COLOR)');
}

/** There is no well-kept implementation of Go's templates for Node.js, and half of one would surprise. */
function refuseTemplate({ json, t }: FormatFlags): void {
  if (t === undefined) return;
  if (json === true) throw new UsageError('Both json and template formatting are not allowed');
  throw new UsageError('-t: Go templates are not supported; use -json, and jq or the like to pick from it');
}

/** Tells what went wrong and what to do next. The token is in neither, whatever the server may have answered. */
function report(error: unknown, settings: ClientSettings | undefined): void {
  const text = error instanceof Error ? error.message : String(error);
  const next = settings === undefined ? undefined : nextStep(error, settings);
  const shown = [text, next].filter((line) => line !== undefined).map((line) => withoutSecret(line, settings?.token?.reveal() ?? ''));
  complain(shown, settings?.color ?? true);
  process.exitCode = 1;
}

/** No secret is so short; a typo that is must not eat the text. */
const SHORTEST_SECRET = 8;

function withoutSecret(line: string, secret: string): string {
  return secret.length < SHORTEST_SECRET ? line : line.replaceAll(secret, '[secret]');
}
