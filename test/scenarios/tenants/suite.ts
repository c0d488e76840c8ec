import { beforeAll, describe, expect, test } from 'vitest';
import type { Fixture } from '../support/fixture.ts';
import { json, type Reply } from '../support/http.ts';
import { until } from '../support/until.ts';
import { nameOf, type Route, routesOf } from './document.ts';
import { type Rule, RULES } from './rules.ts';
import { CREDENTIALS, type CredentialKind, neverUsed, type Tenant, tenantOf, type Thing } from './scene.ts';

type Ids = Readonly<Record<Thing, string>>;
type Naming = Extract<Rule, { readonly names?: object; readonly body?: unknown }>;

/** P9: what is of one tenant, for every credential of another, over every route of `/openapi.json`. */
export function routesSuite(fixture: () => Fixture): void {
  let a: Tenant;
  let b: Tenant;
  let unreal: Ids;
  let routes: readonly Route[] = [];
  beforeAll(async () => {
    [a, b, unreal] = [await tenantOf(fixture()), await tenantOf(fixture()), neverUsed()];
    routes = routesOf(json(await fixture().us.call('GET', '/openapi.json')));
  }, 60_000);
  const send = (headers: Readonly<Record<string, string>>, method: string, path: string, body?: object): Promise<Reply> =>
    fixture().us.as(undefined).call(method, path, { headers, ...(body === undefined ? {} : { body }) });
  const asAdmin = (method: string, path: string): Promise<Reply> => fixture().us.send(method, path);
  const asA = (by: string | undefined, path: string): Promise<Reply> => (by === undefined ? asAdmin('GET', path) : send(a.credentials[by as CredentialKind], 'GET', path));

  test('every route of the document has a rule, and every rule a route', () => {
    expect(Object.keys(RULES).toSorted()).toEqual(routes.map(nameOf).toSorted());
  });

  describe.each(CREDENTIALS)('P9 whoever has of another tenant: %s', (kind) => {
    test.each(naming())('%s cannot tell what is there from what never was', async (name, rule) => {
      const ask = (ids: Ids): Promise<Reply> => send(b.credentials[kind], ...requestOf(name, rule, ids));
      const [real, never] = [await ask(a.ids), await ask(unreal)];
      expect([real.status >= 400, real.status < 500]).toEqual([true, true]);
      expect(shape(real, a.ids)).toEqual(shape(never, unreal));
    });

    test.each(listing())('%s lists nothing of it', async (name) => {
      const [method = '', path = ''] = name.split(' ');
      const { text } = await send(b.credentials[kind], method, path);
      for (const mark of a.marks) expect(text).not.toContain(mark);
    });
  });

  test.each(shown())('%s shows it to whom it belongs', async (name, by, thing) => {
    const rule = RULES[name] as Rule;
    const [, path] = 'lists' in rule ? ['', name.split(' ')[1] ?? ''] : requestOf(name, rule as Naming, a.ids);
    await until(`${name} shows ${thing}`, async () => (await asA(by, path)).text.includes(a.ids[thing === 'aclRoleName' ? 'aclRole' : thing]));
  });
}

function naming(): readonly (readonly [string, Naming])[] {
  return Object.entries(RULES).filter((entry): entry is [string, Naming] => 'names' in entry[1] || 'body' in entry[1]);
}

function listing(): readonly (readonly [string])[] {
  return Object.entries(RULES).flatMap(([name, rule]) => ('lists' in rule ? [[name] as const] : []));
}

function shown(): readonly (readonly [name: string, by: string | undefined, thing: Thing])[] {
  return Object.entries(RULES).flatMap(([name, rule]) => {
    if ('lists' in rule) return rule.lists.map((thing) => [name, rule.by, thing] as const);
    return 'shows' in rule && rule.shows !== undefined ? [[name, rule.by, rule.shows] as const] : [];
  });
}

function requestOf(name: string, rule: Naming, ids: Ids): [method: string, path: string, body: object | undefined] {
  const [method = '', path = ''] = name.split(' ');
  if (rule.names === undefined) return [method, path, (rule.body as (id: (thing: Thing) => string) => object)((thing) => ids[thing])];
  const { names } = rule;
  return [method, path.replace(/\{(\w+)\}/g, (_, parameter: string) => ids[names[parameter] as Thing]), rule.body as object | undefined];
}

/** Of no weight for what an answer tells: when it was given, and which request it answers. */
const OF_THE_REQUEST = new Set(['date', 'x-request-id', 'content-length', 'x-nomad-index', 'x-nomad-lastcontact', 'x-mintmark-freshness', 'x-mintmark-staleness', 'age', 'retry-after']);

/** An answer without what names the request. */
function shape({ status, headers, text }: Reply, ids: Ids): object {
  let said = text.replace(/"request_id":"[^"]*"/g, '');
  for (const [thing, id] of Object.entries(ids)) if (thing !== 'one') said = said.replaceAll(id, `{${thing}}`);
  return { status, said, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_REQUEST.has(name))) };
}
