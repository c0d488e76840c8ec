import type { LocalValidator } from '@mintmark/client';
import { type Admitted, protect } from '@mintmark/client/fastify';
import type { FastifyInstance } from 'fastify';

/** AppDynamics: whoever has this role sees all applications of the account. */
const OWNER = 'Account Owner';
const NAMES = ['Web Shop', 'Billing', 'Search'];

/** `GET /controller/rest/applications`: the applications that the caller may read, as XML, or as JSON with `?output=JSON`. */
export function applications(app: FastifyInstance, validator: LocalValidator): void {
  app.get<{ Querystring: { output?: string } }>('/controller/rest/applications', { preHandler: protect({ validator, dialects: ['oauth'] }) }, async ({ mintmark, query }, reply) => {
    const shown = mintmark === undefined ? [] : await readable(validator, mintmark);
    if (query.output?.toUpperCase() === 'JSON') return reply.send(shown);
    const items = shown.map(({ id, name }) => `  <application>\n    <id>${id}</id>\n    <name>${name}</name>\n  </application>\n`);
    return reply.type('application/xml').send(`<applications>\n${items.join('')}</applications>\n`);
  });
}

interface Application {
  readonly id: number;
  readonly name: string;
}

async function readable(validator: LocalValidator, { principal, credential }: Admitted): Promise<readonly Application[]> {
  const all = NAMES.map((name, at) => ({ id: at + 1, name }));
  if (principal.roles.includes(OWNER)) return all;
  const account = accountOf(credential.value);
  const verdicts = await Promise.all(all.map(({ name }) => validator.authorize({ verb: 'read', resource: `application::/${account}::${name.replaceAll(' ', '-')}`, credential })));
  return all.filter((_, at) => verdicts[at]?.verdict === 'allow');
}

/** Of a token that was found good. */
function accountOf(token: string): string {
  const { acctName } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { readonly acctName: string };
  return acctName;
}
