/**
 * What can be done with resources of each type: seed-systems 1.3 rule 2. `all` holds what `permit all` comes to mean through the document clusterPermissions;
 * `special` is never part of it: a job that may do everything with jobs is not thereby given a token.
 */
export interface Verbs {
  readonly all: readonly string[];
  readonly special?: readonly string[];
}

const CRUD = ['create', 'read', 'update', 'delete'] as const;
const ADMINISTERED = [...CRUD, 'list'] as const;

export const VERBS: Readonly<Record<string, Verbs>> = {
  job: { all: [...CRUD, 'start', 'stop', 'map', 'ssh', 'link', 'promote', 'bind', 'join'], special: ['issue'] },
  package: { all: [...CRUD, 'use'] },
  service: { all: [...CRUD, 'bind'] },
  network: { all: ['create', 'read', 'join', 'delete'] },
  route: { all: [...CRUD, 'map'] },
  audit: { all: ['read'] },
  policydoc: { all: CRUD },
  sempiperule: { all: ['create', 'read', 'delete'] },
  gateway: { all: [...CRUD, 'promote'] },
  provider: { all: CRUD },
  stagpipe: { all: CRUD },
  cluster: { all: CRUD },
  quota: { all: CRUD },
  auth: { all: [], special: ['issue'] },
  policy: { all: ADMINISTERED },
  token: { all: [...ADMINISTERED, 'revoke'] },
  role: { all: ADMINISTERED },
  client: { all: [...ADMINISTERED, 'revoke'] },
  user: { all: ADMINISTERED },
  organization: { all: ADMINISTERED },
  region: { all: ADMINISTERED },
};
