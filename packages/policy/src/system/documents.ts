import { Refusal } from '@mintmark/domain';
import { parse } from '../grammar/parse.ts';
import { print } from '../tree/print.ts';
import { VERBS } from './verbs.ts';

/** A document that a new cluster begins with. It is in force for everyone. */
export interface SystemDocument {
  readonly name: 'clusterPermissions' | 'rolePermissions' | 'authSettings' | 'adminUsers' | 'basicUsers';
  readonly text: string;
  /** System-defined: users may read it, not change it. */
  readonly readOnly: boolean;
}

/** Types whose realms an administrator is given a role on. */
const ADMINISTERED = Object.keys(VERBS).filter((type) => (VERBS[type]?.all.length ?? 0) > 0);

/**
 * The documents that give `permit all` and `role admin` their meaning, the lifetimes of tokens, and the first administrators. Names of administrators are
 * those that the auth server vouches for.
 */
export function systemDocuments(adminNames: readonly string[]): readonly SystemDocument[] {
  return [
    { name: 'clusterPermissions', text: clusterPermissions(), readOnly: true },
    { name: 'rolePermissions', text: rolePermissions(), readOnly: true },
    { name: 'authSettings', text: AUTH_SETTINGS, readOnly: false },
    { name: 'adminUsers', text: adminUsers(adminNames), readOnly: false },
    { name: 'basicUsers', text: BASIC_USERS, readOnly: false },
  ];
}

function clusterPermissions(): string {
  const policies = ADMINISTERED.map((type) => `on ${type}::/ {\n  if (permit == all) {\n    permit ${VERBS[type]?.all.join(', ')}\n  }\n}\n`);
  return `// What "permit all" means on resources of each type.\n${policies.join('\n')}`;
}

function rolePermissions(): string {
  const policies = ADMINISTERED.map((type) => `on ${type}::/ {\n  if (role == admin) {\n    permit all\n  }\n}\n`);
  return `// What the role of an administrator means on resources of each type.\n${policies.join('\n')}`;
}

const AUTH_SETTINGS = `// How long tokens live: those of users, of NATS clients, and of jobs.
on auth::/oauth2/http {
  { tokenTimeout "86400s" }
}

on auth::/oauth2/nats {
  { tokenTimeout "1200s" }
}

on auth::/oauth2/apptoken {
  { tokenTimeout "1800s" }
}
`;

const BASIC_USERS = `// Users who show their password get a token under their own name. It gives them no permission.
on auth::/oauth2/http {
  if (basic->name beginsWith "") {
    permit issue
    name basic->name
  }
}
`;

function adminUsers(names: readonly string[]): string {
  const note = '// Users and jobs that administrate the cluster.\n';
  const rules = [...new Set(names)].map((name) => `  if (auth_server@apcera.me->name == ${quoted(name)}) {\n    role admin\n  }\n`).join('');
  const parsed = parse(`${note}${ADMINISTERED.map((type) => `on ${type}::/ {\n${rules}}\n`).join('\n')}`);
  if (!parsed.ok) throw new Refusal('invalid_argument', `the names of administrators make no policy: ${parsed.diagnostics[0]?.message}`);
  return print(parsed.document);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
