import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { startCluster } from '../harness/index.ts';

const SURFACES = [
  ...['/v1/acl/token/{accessor}', '/controller/api/oauth/access_token', '/api/v3/accessToken/{id}', '/authentication/api/v1/sessions/account', '/v1/jobs/{uuid}'],
  ...['/oauth2/introspect', '/.well-known/jwks.json', '/v1/validate', '/v1/authorize', '/v1/operator/keys', '/healthz', '/readyz', '/metrics', '/openapi.json'],
];

interface Operation {
  readonly operationId: string;
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly tags: readonly string[];
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly tags: readonly { readonly name: string }[];
  readonly components: { readonly securitySchemes: object };
}

test('every validator serves a valid OpenAPI 3.1 document of all of its surfaces', async () => {
  await using cluster = await startCluster('embedded', {});
  const texts = await Promise.all(cluster.regions.map(async ({ http }) => (await fetch(`${http}/openapi.json`)).text()));
  expect(new Set(texts).size).toBe(1);
  const document = JSON.parse(texts[0] ?? '') as Document;
  const { valid, errors } = await new Validator().validate(JSON.parse(texts[0] ?? ''));
  expect([valid, errors]).toEqual([true, undefined]);
  expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(SURFACES));
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  expect(new Set(operations.flatMap(({ tags }) => tags))).toEqual(new Set(document.tags.map(({ name }) => name)));
  expect(new Set(operations.flatMap(({ security }) => security.flatMap(Object.keys)))).toEqual(new Set(Object.keys(document.components.securitySchemes)));
}, 60_000);
