import { ConfigError, type EnvironmentReader, readEnvironment, type VariableRow } from '@mintmark/kit/config';
import { readClientVariables } from '../client/settings.ts';
import { readIssuerSettings } from './issuer.ts';
import { readReplicatorSettings } from './replicator.ts';
import { readValidatorSettings } from './validator.ts';

/** Enough to make every reader go through all of its branches; the values are never used. */
const ANYWHERE = { MINTMARK_REGION: 'eu-west', MINTMARK_AUTHORITY: 'us-east' };

const READERS = { issuer: readIssuerSettings, replicator: readReplicatorSettings, validator: readValidatorSettings, 'command line': readClientVariables } as const;

/** Every variable of every service and of the command line as Markdown, one table each. */
export function variableTables(): string {
  return Object.entries(READERS)
    .map(([service, read]) => `### ${service}\n\n${rows(variablesOf(read))}`)
    .join('\n');
}

/** The variables that a service reads, in its order. */
function variablesOf(read: (env: EnvironmentReader) => unknown): readonly VariableRow[] {
  const env = readEnvironment(ANYWHERE);
  try {
    read(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
  }
  return env.describe();
}

function rows(variables: readonly VariableRow[]): string {
  const lines = variables.map(({ name, accepts, otherwise, about, secret }) => `| \`${name}\`${secret ? ' (or `_FILE`)' : ''} | ${about} | ${accepts} | ${otherwise} |`);
  return ['| variable | what for | accepts | otherwise |', '|---|---|---|---|', ...lines, ''].join('\n');
}
