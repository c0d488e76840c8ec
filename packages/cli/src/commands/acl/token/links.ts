import type { Command } from 'commander';
import type { Api } from '../../../client/http.ts';
import type { PolicyStubJson, RoleLinkJson, TokenJson } from '../../../client/types.ts';
import { warn } from '../../../output/print.ts';
import { collect } from '../../leaf.ts';

/** Flags that link a token to policies and roles. */
export interface LinkFlags {
  readonly policy?: readonly string[];
  readonly roleId?: readonly string[];
  readonly roleName?: readonly string[];
}

export function linkFlags(command: Command): Command {
  return command
    .option('--policy <name>', 'a policy of the token; may be given several times', collect)
    .option('--role-id <id>', 'a role of the token by its ID; may be given several times', collect)
    .option('--role-name <name>', 'a role of the token by its name; may be given several times', collect);
}

export function roleLinks({ roleId = [], roleName = [] }: LinkFlags): readonly RoleLinkJson[] {
  return [...new Set(roleName)].map((Name): RoleLinkJson => ({ Name })).concat([...new Set(roleId)].map((ID) => ({ ID })));
}

/** Warns of policies that do not exist: a token may name them before they are written. Whoever may not list policies is not warned. */
export async function warnOfUnknownPolicies(api: Api, { Policies }: TokenJson): Promise<void> {
  if (Policies === null || Policies.length === 0) return;
  const known = await api.read<readonly PolicyStubJson[]>('Error listing ACL policies', '/v1/acl/policies').catch(() => undefined);
  if (known === undefined) return;
  const names = new Set(known.map(({ Name }) => Name));
  for (const name of Policies.filter((policy) => !names.has(policy))) warn(`there is no policy ${JSON.stringify(name)}: it grants nothing until it is written`);
}
