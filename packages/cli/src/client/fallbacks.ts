import type { Environment } from '../environment.ts';

/** Mintmark's variables, each with the one of Nomad's that counts where it is not set. */
const FALLBACKS = {
  MINTMARK_ADDR: 'NOMAD_ADDR',
  MINTMARK_TOKEN: 'NOMAD_TOKEN',
  MINTMARK_REGION: 'NOMAD_REGION',
  MINTMARK_CACERT: 'NOMAD_CACERT',
  MINTMARK_CLIENT_CERT: 'NOMAD_CLIENT_CERT',
  MINTMARK_CLIENT_KEY: 'NOMAD_CLIENT_KEY',
  MINTMARK_TLS_SERVER_NAME: 'NOMAD_TLS_SERVER_NAME',
  MINTMARK_SKIP_VERIFY: 'NOMAD_SKIP_VERIFY',
  MINTMARK_CLI_NO_COLOR: 'NOMAD_CLI_NO_COLOR',
} as const;

/** Mintmark's variables that Nomad has nothing like. */
const OWN = ['MINTMARK_SESSION', 'MINTMARK_USERNAME', 'MINTMARK_PASSWORD', 'MINTMARK_NEW_PASSWORD', 'MINTMARK_CLIENT_ID', 'MINTMARK_CLIENT_SECRET'] as const;

/** Whatever these hold means yes. */
const PRESENCE = ['NOMAD_CLI_NO_COLOR', 'NO_COLOR'] as const;
const SWITCHES: readonly string[] = ['NOMAD_SKIP_VERIFY'];

/** Names that the command line reads; a server started from the same shell lets them pass. */
export const CLIENT_VARIABLES: readonly string[] = [
  ...Object.keys(FALLBACKS),
  ...OWN,
  ...['MINTMARK_TOKEN', ...OWN].map((name) => `${name}_FILE`),
];

/**
 * The variables of the command line and no others, so that those of a server in the same shell do no harm. One of Nomad's stands under Mintmark's name
 * where that is not set; Nomad takes an empty one for none, and writes switches as Go does.
 */
export function clientEnvironment(env: Environment): Environment {
  const known: Record<string, string | undefined> = Object.fromEntries(CLIENT_VARIABLES.map((name) => [name, env[name]]));
  for (const [name, nomads] of Object.entries(FALLBACKS)) {
    const value = env[nomads];
    const given = known[name] !== undefined || known[`${name}_FILE`] !== undefined;
    if (!given && value !== undefined && value !== '') known[name] = SWITCHES.includes(nomads) ? goSwitch(value) : value;
  }
  if (PRESENCE.some((name) => (env[name] ?? '') !== '')) known.MINTMARK_CLI_NO_COLOR = 'true';
  return known;
}

function goSwitch(value: string): string {
  return /^(1|t|true)$/i.test(value) ? 'true' : /^(0|f|false)$/i.test(value) ? 'false' : value;
}
