import type { Thing } from './scene.ts';

/** What a route has to do with whose things. */
export type Rule =
  /** Its path names a thing: for somebody else's credential that thing is as one that never was. `by`: who is shown it; absent: the administrator. */
  | { readonly names: Readonly<Record<string, Thing>>; readonly body?: object; readonly shows?: Thing; readonly by?: string }
  /** Its body names a thing. */
  | { readonly body: (id: (thing: Thing) => string) => object; readonly names?: undefined }
  /** It lists: nothing of A is in it. `shows`: what A's own credential, or the administrator, is shown. */
  | { readonly lists: readonly Thing[]; readonly by?: string }
  /** It shows or takes nothing that belongs to anybody, and why. */
  | { readonly nobodys: string };

const job = { uuid: 'job' } as const;
const client = { id: 'client' } as const;
const user = { id: 'user' } as const;
const token = { accessor: 'aclToken' } as const;
const role = { id: 'aclRole' } as const;
const policy = { name: 'aclPolicy' } as const;
const CLIENTS = '/controller/api/rbac/v1/api-clients';
const made = { nobodys: 'it makes something new, under a name that the request gives' } as const;
const about = { nobodys: 'it tells of the region, never of what somebody has' } as const;
const own = { nobodys: 'it takes no other thing than the credential, and answers of that' } as const;

/** By `METHOD path` of the document. A route that is not here fails the test. */
export const RULES: Readonly<Record<string, Rule>> = {
  ...each(['GET /openapi.json', 'GET /healthz', 'GET /readyz', 'GET /metrics', 'GET /v1/regions', 'GET /v1/version', 'GET /v1/info', 'GET /v1/namespace/default'], about),
  ...each(['GET /v1/apc/download/{platform}', 'GET /v1/apc/download/{platform}/{file}'], about),
  ...each(['GET /.well-known/jwks.json', 'GET /.well-known/oauth-authorization-server', 'GET /v1/packages', 'GET /v1/packages/{uuid}', 'GET /v1/operator/keys'], about),
  ...each(['POST /v1/operator/promote', 'GET /v1/operator/set-aside'], about),
  ...each(['POST /v1/operator/keys/rotate', 'POST /v1/operator/keys/withdraw', 'POST /v1/operator/verify', 'GET /soc/api/v1/registry/settings/{name}', 'PUT /soc/api/v1/registry/settings/{name}'], about),
  ...each(['POST /v1/validate', 'POST /v1/authorize', 'POST /v1/leaked', 'POST /oauth2/introspect', 'POST /oauth2/revoke', 'POST /oauth2/token'], own),
  ...each(['POST /v1/oauth2/token', 'POST /v1/oauth2/apptoken', 'POST /controller/api/oauth/access_token', 'GET /v1/acl/token/self', 'GET /v1/acl/policy/self'], own),
  ...each(['POST', 'PUT'].flatMap((method) => [`${method} /v1/acl/token/onetime`, `${method} /v1/acl/token/onetime/exchange`, `${method} /v1/acl/bootstrap`]), own),
  ...each(['soc', 'developer', 'account'].flatMap((audience) => sessions(audience)), own),
  'GET /authentication/oidc/callback': own,
  ...each(['POST /v1/policy', 'POST /v1/policy-test', 'POST /v1/jobs', 'POST /v1/jobs/docker', 'POST /v1/services', 'POST /v1/organizations', 'POST /v1/users'], made),
  ...each(['POST /api/v3/accessToken', `POST ${CLIENTS}`, 'POST /v1/acl/token', 'PUT /v1/acl/token', 'POST /v1/acl/role', 'PUT /v1/acl/role'], made),

  'GET /v1/jobs': { lists: ['job'] },
  'GET /v1/jobs/{uuid}': { names: job, shows: 'job' },
  'PUT /v1/jobs/{uuid}': { names: job, body: { state: 'stopped' } },
  'DELETE /v1/jobs/{uuid}': { names: job },
  'POST /v1/jobs/{uuid}/connect': { names: job },
  'GET /v1/tasks/{uuid}': { names: job, shows: 'job' },
  'GET /v1/services': { lists: ['service'] },
  'GET /v1/services/{uuid}': { names: { uuid: 'service' }, shows: 'service' },
  'DELETE /v1/services/{uuid}': { names: { uuid: 'service' } },
  'GET /v1/bindings': { lists: ['binding'] },
  'GET /v1/bindings/{uuid}': { names: { uuid: 'binding' }, shows: 'binding' },
  'POST /v1/bindings': { body: (id) => ({ job_fqn: id('jobName'), service_fqn: 'service::/apcera::http' }) },
  'POST /v1/unbind': { body: (id) => ({ job: id('jobName'), service: 'service::/apcera::http' }) },
  'GET /v1/policy': { lists: ['document'] },
  'GET /v1/policy/{name}': { names: { name: 'document' }, shows: 'document' },
  'PUT /v1/policy/{name}': { names: { name: 'document' }, body: { text: 'job::/x { { permit read } }' } },
  'DELETE /v1/policy/{name}': { names: { name: 'document' } },
  'GET /v1/policy/{name}/versions': { names: { name: 'document' } },
  'GET /v1/policy/{name}/versions/{version}': { names: { name: 'document', version: 'one' }, shows: 'document' },
  'POST /v1/policy/{name}/restore': { names: { name: 'document' }, body: { version: 1 } },

  'GET /v1/organizations': { lists: ['organization'] },
  'GET /v1/organizations/{id}': { names: { id: 'organization' }, shows: 'organization' },
  'PUT /v1/organizations/{id}': { names: { id: 'organization' }, body: { name: 'x', alias: 'x' } },
  'DELETE /v1/organizations/{id}': { names: { id: 'organization' } },
  'GET /v1/users': { lists: ['user'] },
  'GET /v1/users/{id}': { names: user, shows: 'user' },
  'PUT /v1/users/{id}': { names: user, body: { username: 'x' } },
  'DELETE /v1/users/{id}': { names: user },
  'GET /v1/users/{id}/sessions': { names: user, shows: 'session', by: 'session' },
  'DELETE /v1/users/{id}/sessions': { names: user },
  'DELETE /v1/users/{id}/sessions/{session}': { names: { id: 'user', session: 'session' } },
  'GET /api/v3/accessToken': { lists: ['personalToken'], by: 'session' },
  'GET /api/v3/accessToken/{id}': { names: { id: 'personalToken' }, shows: 'personalToken', by: 'session' },
  'POST /api/v3/accessToken/{id}/revoke': { names: { id: 'personalToken' } },

  [`GET ${CLIENTS}`]: { lists: ['client'] },
  [`GET ${CLIENTS}/{id}`]: { names: client, shows: 'client' },
  [`PUT ${CLIENTS}/{id}`]: { names: client, body: { description: 'x' } },
  [`DELETE ${CLIENTS}/{id}`]: { names: client },
  [`POST ${CLIENTS}/{id}/secret`]: { names: client, body: {} },
  [`DELETE ${CLIENTS}/{id}/secret`]: { names: client },
  [`POST ${CLIENTS}/{id}/temporary-token`]: { names: client, body: {} },
  [`POST ${CLIENTS}/{id}/temporary-token/regenerate`]: { names: client, body: {} },
  [`POST ${CLIENTS}/{id}/temporary-token/revoke`]: { names: client, body: {} },

  'GET /v1/acl/tokens': { lists: ['aclToken'] },
  'GET /v1/acl/token/{accessor}': { names: token, shows: 'aclToken', by: 'acl token' },
  ...written('/v1/acl/token/{accessor}', { names: token, body: { Name: 'x', Type: 'client', Policies: ['x'] } }),
  'DELETE /v1/acl/token/{accessor}': { names: token },
  'GET /v1/acl/policies': { lists: ['aclPolicy'], by: 'acl token' },
  'GET /v1/acl/policy/{name}': { names: policy, shows: 'aclPolicy', by: 'acl token' },
  ...written('/v1/acl/policy/{name}', { names: policy, body: { Rules: 'job::/x { { permit read } }' } }),
  'DELETE /v1/acl/policy/{name}': { names: policy },
  'GET /v1/acl/policy/{name}/versions': { names: policy },
  'GET /v1/acl/policy/{name}/versions/{version}': { names: { name: 'aclPolicy', version: 'one' } },
  ...written('/v1/acl/policy/{name}/restore', { names: policy, body: { Version: 1 } }),
  'GET /v1/acl/roles': { lists: ['aclRole'] },
  'GET /v1/acl/role/{id}': { names: role, shows: 'aclRole' },
  ...written('/v1/acl/role/{id}', { names: role, body: { Name: 'x', Policies: [{ Name: 'x' }] } }),
  'DELETE /v1/acl/role/{id}': { names: role },
  'GET /v1/acl/role/name/{name}': { names: { name: 'aclRoleName' }, shows: 'aclRole' },
};

function each(routes: readonly string[], rule: Rule): Record<string, Rule> {
  return Object.fromEntries(routes.map((route) => [route, rule]));
}

function written(path: string, rule: Rule): Record<string, Rule> {
  return each([`POST ${path}`, `PUT ${path}`], rule);
}

function sessions(audience: string): readonly string[] {
  const login = `/api/v1/sessions/${audience}`;
  return [`POST /authentication${login}`, `DELETE /authentication${login}/{token}`, `DELETE ${login}/{token}`, `GET /authentication/oidc/sign-in/${audience}`];
}
