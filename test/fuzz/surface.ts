import { request } from 'undici';
import type { Target } from './parsers.ts';

/** What a running region answers over HTTP: never with a fault of its own, and in time. */
export interface Surface {
  readonly origin: string;
  readonly secret: string;
}

interface Question {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly type?: string;
}

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
const UUID = '5b8b9a3e-0000-4000-8000-000000000001';

/** Bodies, by where they go. */
const BODIES: readonly (Question & { readonly seeds: readonly string[] })[] = [
  { method: 'POST', path: '/v1/acl/token', seeds: ['{"Name":"n","Type":"client","Policies":["a"],"Global":true,"ExpirationTTL":"10h","Roles":[{"ID":"x"}]}'] },
  { method: 'POST', path: `/v1/acl/token/${UUID}`, seeds: [`{"AccessorID":"${UUID}","Name":"n","Type":"client","Policies":["a"]}`] },
  { method: 'POST', path: '/v1/acl/token/onetime/exchange', seeds: [`{"OneTimeSecretID":"${UUID}"}`] },
  { method: 'POST', path: '/v1/acl/policy/fuzz', seeds: ['{"Name":"fuzz","Description":"d","Rules":"namespace \\"default\\" { policy = \\"read\\" }","JobACL":{"Namespace":"default"}}'] },
  { method: 'POST', path: '/v1/acl/role', seeds: ['{"Name":"fuzz","Description":"d","Policies":[{"Name":"fuzz"}]}'] },
  { method: 'POST', path: '/v1/validate', seeds: [`{"credential":{"dialect":"acl","value":"${UUID}"},"strict":true,"freshness":""}`, '{"credential":{"dialect":"oauth","value":"a.b.c"}}', '{"credential":{"dialect":"session","value":"eA=="}}'] },
  { method: 'POST', path: '/v1/authorize', seeds: [`{"credential":{"dialect":"acl","value":"${UUID}"},"verb":"read","resource":"job::/x::y","context":{"service":"service::/a"}}`, '{"claims":[{"issuer":"a","type":"b","value":"c"}],"verb":"read","resource":"job::/x::y"}'] },
  { method: 'POST', path: '/v1/policy-test', seeds: ['{"text":"on job::/ { { permit read } }","claims":[{"issuer":"a","type":"b","value":"c"}],"verb":"read","resource":"job::/x::y"}'] },
  { method: 'POST', path: '/controller/api/oauth/access_token', type: FORM, seeds: ['grant_type=client_credentials&client_id=a@b&client_secret=c'] },
  { method: 'POST', path: '/oauth2/token', type: FORM, seeds: ['grant_type=client_credentials&client_id=a&client_secret=b&scope=c', 'grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=a.b.c&subject_token_type=urn:ietf:params:oauth:token-type:access_token'] },
  { method: 'POST', path: '/oauth2/introspect', type: FORM, seeds: ['token=a.b.c&token_type_hint=access_token'] },
  { method: 'POST', path: '/controller/api/rbac/v1/api-clients', seeds: ['{"name":"fuzz","description":"d","roles":[{"name":"Account Owner"}]}'] },
  { method: 'POST', path: '/v1/users', seeds: ['{"username":"fuzz@example.com","name":"f","memberships":[{"organization":"x","roles":["Standard"]}]}'] },
  { method: 'POST', path: '/v1/organizations', seeds: ['{"alias":"fuzz","name":"f","parent":""}'] },
  { method: 'POST', path: '/api/v3/accessToken', seeds: ['{"name":"n","expirationDate":"2030-01-01","organizations":[1],"role":"STANDARD"}'] },
  { method: 'POST', path: '/v1/leaked', seeds: ['{"tokens":["mmpersonal_us_1_x"]}'] },
  { method: 'POST', path: '/v1/jobs', seeds: ['{"fqn":"job::/fuzz::a","packages":[{"fqn":"package::/apcera/pkg/os::ubuntu"}],"num_instances":1}'] },
];

/** Queries and paths, by where they begin. */
const PATHS: readonly (Question & { readonly seeds: readonly string[] })[] = [
  { method: 'GET', path: '/v1/acl/tokens?', seeds: ['prefix=5b&per_page=2&next_token=12.5b8b9a3e-0000-4000-8000-000000000001&reverse=true', 'index=1&wait=1ms', 'filter=Name+%3D%3D+%22a%22+and+%22b%22+in+Policies+or+not+Type+matches+%22c.*%22'] },
  { method: 'GET', path: '/v1/acl/policies?', seeds: ['prefix=a&index=1&wait=1ms', 'filter=Name+contains+%22a%22'] },
  { method: 'GET', path: '/v1/acl/', seeds: [`token/${UUID}`, 'policy/a%20b', 'role/name/x', 'roles?per_page=1', 'auth-methods'] },
  { method: 'GET', path: '/', seeds: ['v1/regions', 'api/v3/accessToken?page=1', `authentication/api/v1/sessions/soc/${UUID}`, 'controller/api/rbac/v1/api-clients?offset=1', 'v1/jobs?fqn=job::/a', '.well-known/jwks.json', 'v1/users?prefix=a'] },
];

const HEADERS = ['x-nomad-token', 'authorization', 'x-mintmark-freshness', 'accept', 'content-type', 'x-request-id', 'apprendasessiontoken', 'dpop', 'if-none-match', 'x-forwarded-for', 'cookie', 'accept-encoding'] as const;

export function surfaceTargets(surface: Surface): readonly Target[] {
  const bodies = BODIES.map((question): Target => ({ elsewhere: true, name: `body of ${question.method} ${question.path}`, seeds: question.seeds, run: (input) => asked(surface, question, { body: input }) }));
  const paths = PATHS.map((question): Target => ({ elsewhere: true, name: `path ${question.path}`, seeds: question.seeds, run: (input) => asked(surface, { ...question, path: question.path + sendable(input.toString('latin1'), /[^\x21-\x7e]/g) }, {}) }));
  const headers = HEADERS.map(
    (name): Target => ({
      elsewhere: true,
      name: `header ${name}`,
      seeds: [surface.secret, `Bearer ${surface.secret}`, 'Token x', 'Basic YTpi', 'us-east:i:1', 'application/json; charset=utf-8', 'DPoP a.b.c', 'W/"x"', 'a=b; c=d', 'gzip;q=0.5, br'],
      run: (input) => asked(surface, { method: 'GET', path: '/v1/acl/token/self' }, { headers: { [name]: sendable(input.toString('latin1'), /[^\t\x20-\x7e\x80-\xff]/g).trim() } }),
    }),
  );
  return [...bodies, ...paths, ...headers];
}

/** What a client of HTTP can send at all. */
function sendable(text: string, not: RegExp): string {
  return text.replace(not, '').slice(0, 4_000);
}

async function asked({ origin, secret }: Surface, { method, path, type = JSON_TYPE }: Question, more: { readonly body?: Buffer; readonly headers?: Readonly<Record<string, string>> }): Promise<void> {
  const headers = { 'x-nomad-token': secret, ...(more.body === undefined ? {} : { 'content-type': type }), ...more.headers };
  // Whatever waits for a change by itself is not what is looked for here.
  const signal = AbortSignal.timeout(10_000);
  const { statusCode, body } = await request(`${origin}${path.split('#', 1)[0]}`, { method, headers, signal, ...(more.body === undefined ? {} : { body: more.body }) });
  const text = await body.text();
  if (statusCode === 500) throw new Error(`500 ${text}`);
  if (/node_modules|\.ts:\d|at \w+ \(/.test(text)) throw new Error(`an answer that shows the inside: ${text.slice(0, 300)}`);
}
