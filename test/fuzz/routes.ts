/** Where an input goes. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly type: string;
  readonly seeds: readonly string[];
}

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
export const UUID = '5b8b9a3e-0000-4000-8000-000000000001';

const post = (path: string, ...seeds: string[]): Route => ({ method: 'POST', path, type: JSON_TYPE, seeds });
const put = (path: string, ...seeds: string[]): Route => ({ ...post(path, ...seeds), method: 'PUT' });
const get = (path: string, ...seeds: string[]): Route => ({ ...post(path, ...seeds), method: 'GET' });
const gone = (path: string, ...seeds: string[]): Route => ({ ...post(path, ...seeds), method: 'DELETE' });
const form = (path: string, ...seeds: string[]): Route => ({ ...post(path, ...seeds), type: FORM });

/** Bodies, by the part of the surface that reads them. */
export const BODIES: Readonly<Record<string, readonly Route[]>> = {
  'tokens, policies, roles': [
    post('/v1/acl/token', '{"Name":"n","Type":"client","Policies":["a"],"Global":true,"ExpirationTTL":"10h","Roles":[{"ID":"x"}]}'),
    post(`/v1/acl/token/${UUID}`, `{"AccessorID":"${UUID}","Name":"n","Type":"client","Policies":["a"]}`),
    post('/v1/acl/token/onetime/exchange', `{"OneTimeSecretID":"${UUID}"}`),
    post('/v1/acl/policy/fuzz', '{"Name":"fuzz","Description":"d","Rules":"namespace \\"default\\" { policy = \\"read\\" }","JobACL":{"Namespace":"default"}}'),
    post('/v1/acl/policy/fuzz/restore', '{"Version":1}'),
    post('/v1/acl/role', '{"Name":"fuzz","Description":"d","Policies":[{"Name":"fuzz"}]}'),
    put(`/v1/acl/role/${UUID}`, `{"ID":"${UUID}","Name":"fuzz","Policies":[{"Name":"fuzz"}]}`),
    post('/v1/acl/bootstrap', `{"BootstrapSecret":"${UUID}"}`),
  ],
  decisions: [
    post('/v1/validate', `{"credential":{"dialect":"acl","value":"${UUID}"},"strict":true,"freshness":""}`, '{"credential":{"dialect":"oauth","value":"a.b.c"}}', '{"credential":{"dialect":"session","value":"eA=="}}'),
    post('/v1/authorize', `{"credential":{"dialect":"acl","value":"${UUID}"},"verb":"read","resource":"job::/x::y","context":{"service":"service::/a"}}`, '{"claims":[{"issuer":"a","type":"b","value":"c"}],"verb":"read","resource":"job::/x::y"}'),
    post('/v1/policy-test', '{"text":"on job::/ { { permit read } }","claims":[{"issuer":"a","type":"b","value":"c"}],"verb":"read","resource":"job::/x::y"}'),
    post('/v1/leaked', '{"tokens":["mmpersonal_us_1_x"]}'),
  ],
  'OAuth': [
    form('/controller/api/oauth/access_token', 'grant_type=client_credentials&client_id=a@b&client_secret=c'),
    form('/oauth2/token', 'grant_type=client_credentials&client_id=a&client_secret=b&scope=c', 'grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=a.b.c&subject_token_type=urn:ietf:params:oauth:token-type:access_token', 'grant_type=client_credentials&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=a.b.c'),
    form('/oauth2/introspect', 'token=a.b.c&token_type_hint=access_token'),
    form('/oauth2/revoke', 'token=a.b.c&token_type_hint=access_token'),
    form('/v1/oauth2/token', 'grant_type=password&username=a&password=b'),
    post('/controller/api/rbac/v1/api-clients', '{"name":"fuzz","description":"d","roles":[{"name":"Account Owner"}]}'),
    put('/controller/api/rbac/v1/api-clients/1', '{"name":"fuzz","description":"d"}'),
    post('/v1/operator/keys/withdraw', '{"kid":"a"}'),
  ],
  people: [
    post('/v1/users', '{"username":"fuzz@example.com","name":"f","memberships":[{"organization":"x","roles":["Standard"]}]}'),
    put('/v1/users/fuzz@example.com', '{"name":"f","notBefore":"2026-01-02T03:04:05Z"}'),
    post('/authentication/api/v1/sessions/developer', '{"username":"a@b","password":"c","tenantAlias":"d"}'),
    post('/authentication/api/v1/sessions/account', '{"username":"a@b","password":"c"}'),
    post('/v1/organizations', '{"alias":"fuzz","name":"f","parent":""}'),
    put('/v1/organizations/fuzz', '{"name":"f"}'),
    post('/api/v3/accessToken', '{"name":"n","expirationDate":"2030-01-01","organizations":[1],"role":"STANDARD"}'),
    put('/soc/api/v1/registry/settings/Token%20Expiration%20Time', '{"value":"10"}'),
  ],
  workload: [
    post('/v1/jobs', '{"fqn":"job::/fuzz::a","packages":[{"fqn":"package::/apcera/pkg/os::ubuntu"}],"num_instances":1}'),
    post('/v1/jobs/docker', '{"job_fqn":"job::/fuzz::d","image_url":"https://registry.example/a","start_command":["a"]}'),
    put(`/v1/jobs/${UUID}`, '{"fqn":"job::/fuzz::a","state":"started"}'),
    post('/v1/services', '{"service":{"fqn":"service::/fuzz::s","type":"http"}}'),
    post('/v1/bindings', '{"fqn":"binding::/fuzz::b","job_fqn":"job::/fuzz::a","service_fqn":"service::/apcera::http"}'),
    post('/v1/unbind', `{"binding_uuid":"${UUID}","job_uuid":"${UUID}"}`),
    post('/v1/policy', '{"name":"fuzz","text":"on job::/ { { permit read } }"}'),
    put('/v1/policy/fuzz', '{"text":"on job::/ { if (auth_server@apcera.me->name == \\"tom\\") { permit all } }"}'),
  ],
};

/** Queries and paths, by where they begin. */
export const PATHS: Readonly<Record<string, readonly Route[]>> = {
  queries: [
    get('/v1/acl/tokens?', 'prefix=5b&per_page=2&next_token=12.5b8b9a3e-0000-4000-8000-000000000001&reverse=true', 'index=1&stale', 'filter=Name+%3D%3D+%22a%22+and+%22b%22+in+Policies+or+not+Type+matches+%22c.*%22'),
    get('/v1/acl/policies?', 'prefix=a&index=1&region=us-east', 'filter=Name+contains+%22a%22'),
    get('/v1/acl/roles?', 'per_page=1&next_token=a&pretty'),
    get('/v1/users?', 'prefix=a&per_page=1&next_token=b', 'filter=username+contains+%22a%22'),
    get('/v1/jobs?', 'fqn=job::/a&matchPartialFQN=true&tag=a:b&count=2&page=1', `ids=${UUID}`),
    get('/api/v3/accessToken?', 'page=1&limit=2'),
    get('/controller/api/rbac/v1/api-clients?', 'account=1&offset=1', 'account=1&account=2'),
    get('/authentication/oidc/callback?', 'code=a&state=b&iss=https://idp.example'),
  ],
  paths: [
    get('/v1/acl/', `token/${UUID}`, 'policy/a%20b', 'role/name/x', 'policy/fuzz/versions/1', 'auth-methods'),
    get('/', 'v1/regions?only=us-east', `authentication/api/v1/sessions/soc/${UUID}`, '.well-known/jwks.json', 'v1/users/a/sessions', `v1/jobs/${UUID}`, 'v1/policy/a/versions/1'),
    gone('/v1/', `acl/token/${UUID}`, 'acl/policy/a', `acl/role/${UUID}`, `jobs/${UUID}`, 'users/a@b', 'organizations/x', 'users/a/sessions/b', 'policy/a'),
    gone('/', 'controller/api/rbac/v1/api-clients/1', 'api/v1/sessions/soc/eA=='),
    { ...post('/', 'v1/acl/token/onetime', `v1/jobs/${UUID}/connect`, 'v1/oauth2/apptoken', 'api/v3/accessToken/1/revoke'), type: '' },
  ],
};

export interface Header {
  readonly name: string;
  readonly path: string;
  /** Whether it is the request's credential: no other is sent. */
  readonly credential: boolean;
}

const SELF = '/v1/acl/token/self';
const credential = (name: string, path: string): Header => ({ name, path, credential: true });
const about = (name: string, path = SELF): Header => ({ name, path, credential: false });

export const HEADERS: readonly Header[] = [
  credential('x-nomad-token', SELF),
  credential('authorization', SELF),
  credential('authorization', '/v1/users'),
  credential('authorization', '/v1/jobs'),
  credential('authorization', '/controller/api/rbac/v1/api-clients'),
  credential('apprendasessiontoken', '/soc/api/v1/registry/settings/a'),
  credential('cookie', '/api/v3/accessToken'),
  ...['x-mintmark-freshness', 'dpop', 'accept', 'content-type', 'x-request-id', 'if-none-match', 'x-forwarded-for', 'accept-encoding', 'traceparent', 'range', 'mintmark-deadline'].map((name) => about(name)),
  about('accept-encoding', '/openapi.json'),
  about('if-none-match', '/.well-known/jwks.json'),
];
