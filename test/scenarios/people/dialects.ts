import { isDeepStrictEqual } from 'node:util';
import { validator as proto } from '@mintmark/contract';
import { DIALECTS, type Dialect } from '@mintmark/domain';
import { startProtectedApi } from '@mintmark/protected-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GUARDED } from '../sdk/guarded.ts';
import { validatorOf } from '../sdk/support.ts';
import type { Fixture } from '../support/fixture.ts';
import { grpcVerdict } from '../support/grpc-verdict.ts';
import { json, type Reply } from '../support/http.ts';
import { nameOf, type Route, routesOf } from '../tenants/document.ts';
import { CELLS, type Credentials, credentialsOf, FORGED } from './credentials.ts';

interface Operation extends Route {
  /** Names of `securitySchemes`; empty text: it needs no credential. */
  readonly security: readonly string[];
}

/** P9: five dialects times five. */
export function dialectSuite(fixture: () => Fixture): void {
  let credentials: Credentials;
  let operations: readonly Operation[] = [];
  const stack = new AsyncDisposableStack();
  beforeAll(async () => {
    credentials = await credentialsOf(fixture());
    operations = operationsOf(json(await fixture().us.call('GET', '/openapi.json')));
  }, 60_000);
  afterAll(() => stack.disposeAsync());

  describe('P9 no credential of one dialect works at another: the routes of the document', () => {
    test.each(CELLS)('%s as %s: it is told from one that nobody has by no route but those of its dialect', async (dialect, _, { of, headers }) => {
      const own = of[dialect] ?? 'none';
      const answers = await Promise.all(
        operations.map(async (operation) => {
          const path = operation.path.replaceAll(/\{(\w+)\}/g, (_all, parameter: string) => (parameter === 'version' ? '1' : crypto.randomUUID()));
          const ask = (value: string): Promise<Reply> =>
            fixture().us.as(undefined).call(operation.method, path, { headers: headers(value), ...(operation.method === 'GET' ? {} : { body: {} }) });
          if (operation.security.includes(own) && operation.method !== 'GET') return undefined;
          return [nameOf(operation), operation.security.includes(own), shown(operation, await ask(credentials[dialect])), shown(operation, await ask(FORGED[dialect](credentials[dialect])))] as const;
        }),
      );
      const seen = answers.filter((one) => one !== undefined);
      for (const [name, isOwn, real, forged] of seen) if (!isOwn) expect([name, real]).toEqual([name, forged]);
      const itsOwn = seen.filter(([, isOwn]) => isOwn);
      expect(itsOwn.length > 0).toBe(own !== 'none');
      expect(itsOwn.filter(([, , real, forged]) => isDeepStrictEqual(real, forged)).map(([name]) => name)).toEqual([]);
    });
  });

  describe('P9 no credential of one dialect works at another: verdicts', () => {
    describe.each(DIALECTS)('%s', (dialect) => {
      test.each(DIALECTS)('labelled %s', async (label) => {
        const credential = { dialect: label, value: credentials[dialect] };
        const verdict = dialect === label ? 'allow' : 'deny';
        for (const api of fixture().all) {
          expect(json(await api.call('POST', '/v1/validate', { body: { credential } }))).toMatchObject({ verdict });
          expect(await grpcVerdict(api.region.grpc, credential)).toBe(verdict === 'allow' ? proto.Verdict.VERDICT_ALLOW : proto.Verdict.VERDICT_DENY);
        }
      });
    });
  });

  describe.each(GUARDED)('P9 no credential of one dialect works at another: guarded by %s', (_, start) => {
    let url = '';
    beforeAll(async () => {
      const local = stack.use(await validatorOf(fixture().us.region));
      url = stack.adopt(await start(local), (open) => open.close()).url;
    });

    test.each(CELLS)('%s as %s', async (dialect, _name, { of, headers }) => {
      for (const guarded of DIALECTS) {
        const { status } = await fetch(`${url}/${guarded}`, { headers: headers(credentials[dialect]) });
        const wanted = guarded === dialect && of[dialect] !== undefined ? 200 : guarded === 'acl' ? 403 : 401;
        expect([guarded, status]).toEqual([guarded, wanted]);
      }
    });
  });

  test('P9 no credential of one dialect works at another: each resource of the example API is for one', async () => {
    await using api = await startProtectedApi({ host: '127.0.0.1', port: 0, region: fixture().us.region });
    await api.validator.ready();
    const admitted = await Promise.all(api.routes.map(async ({ method, path }) => {
      const through = new Set<Dialect>();
      for (const [dialect, , { headers }] of CELLS) {
        const { status } = await fetch(api.url + path, { method, headers: headers(credentials[dialect]) });
        expect([method, path, dialect, status < 500]).toEqual([method, path, dialect, true]);
        if (status !== 401 && status !== 403) through.add(dialect);
      }
      return [`${method} ${path}`, [...through]] as const;
    }));
    for (const [route, through] of admitted) expect([route, through.length]).toEqual([route, route.endsWith('/observer') ? 0 : 1]);
    expect(new Set(admitted.flatMap(([, through]) => through))).toEqual(new Set(DIALECTS.filter((dialect) => dialect !== 'acl')));
  });
}

/** All but those that tell anybody how the region is, which changes by itself. */
function operationsOf(document: unknown): readonly Operation[] {
  const { paths } = document as { readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security: readonly object[]; readonly tags: readonly string[] }>>>> };
  return routesOf(document).flatMap((route) => {
    const { security = [], tags = [] } = paths[route.path]?.[route.method.toLowerCase()] ?? {};
    const schemes = security.map((scheme) => Object.keys(scheme)[0] ?? '');
    return schemes.includes('') && tags.includes('operations') ? [] : [{ ...route, security: schemes }];
  });
}

/** What an answer tells; where no credential is needed, only its status. */
function shown({ security }: Operation, { status, text }: Reply): readonly unknown[] {
  return security.includes('') ? [status] : [status, text.replaceAll(/"request_id":"[^"]*"/g, '')];
}
