import { RefusedError, UsageError } from '../../client/failure.ts';
import type { Api } from '../../client/http.ts';
import type { Environment } from '../../environment.ts';
import { complain, print, warn } from '../../output/print.ts';
import { readDotApc } from './dot-apc.ts';

/** The API at the target, with the token of the last login there. What calls it is loaded only now. */
export async function targeted(env: Environment): Promise<{ readonly api: Api; readonly target: string }> {
  const { target, tokens } = readDotApc(env);
  if (target === undefined) throw new UsageError('no target is set: use `mintmark target http://CLUSTER-NAME`');
  const [{ clientSettings }, { connect }, { Secret }] = await Promise.all([import('../../client/settings.ts'), import('../../client/http.ts'), import('@mintmark/kit/config')]);
  const token = tokens[target]?.replace(/^Bearer /, '');
  const { token: _, ...settings } = clientSettings(env, { address: target });
  const bearer = token === undefined ? {} : { bearer: new Secret(token) };
  return { api: connect({ ...settings, token: undefined, ...bearer }), target };
}

/** Runs a command; what goes wrong is told as `Error: …` on standard error, without any token. */
export async function told(work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    const text = error instanceof RefusedError ? error.text : error instanceof Error ? error.message : String(error);
    complain([`Error: ${text}`], true);
    process.exitCode = 1;
  }
}

/** The namespace that commands work in, which is told as the product tells it. */
export async function workingNamespace(api: Api): Promise<string> {
  const { namespace } = await api.read<{ readonly namespace: string }>('Error reading the namespace', '/v1/namespace/default');
  print(`Working in "${namespace}"`);
  return namespace;
}

export function warnOfHttp(target: string): void {
  if (target.startsWith('http:')) warn('the target is reached over HTTP, which is not secure');
}
