import type { Content, Form, Operation } from './operation.ts';

/** What the document says beside its operations. */
export interface About {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  /** OpenAPI security scheme objects by name. */
  readonly securitySchemes: Readonly<Record<string, object>>;
  /** Answers to what is refused, by the name that operations use. */
  readonly refusals: Readonly<Record<string, { readonly says: string; readonly content: Content }>>;
}

/** One operation and where it is. */
export interface Described {
  readonly method: string;
  /** In the form of the router: `/v1/users/:id`. */
  readonly url: string;
  readonly operation: Operation;
}

/** The OpenAPI 3.1 document of these operations, in their order. */
export function openApiDocument(about: About, operations: readonly Described[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, url, operation } of operations) {
    const path = url.replace(PARAMETER, '{$1}');
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationObject(method, url, operation) };
  }
  const { title, version, description, tags, securitySchemes, refusals } = about;
  return {
    openapi: '3.1.0',
    info: { title, version, description },
    tags: Object.entries(tags).map(([name, says]) => ({ name, description: says })),
    paths,
    components: {
      securitySchemes,
      responses: Object.fromEntries(Object.entries(refusals).map(([name, { says, content }]) => [name, { description: says, content: contentObject(content) }])),
    },
  };
}

const PARAMETER = /:(\w+)/g;

function operationObject(method: string, url: string, { summary, tag, security, query = {}, body, answers, refusal }: Operation): object {
  const parameters = [
    ...[...url.matchAll(PARAMETER)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...Object.entries(query).map(([name, says]) => ({ name, in: 'query', description: says, schema: { type: 'string' } })),
  ];
  const said = Object.entries(answers).map(([status, { says, content }]) => [status, { description: says, ...(content === undefined ? {} : { content: contentObject(content) }) }]);
  return {
    operationId: `${method.toLowerCase()}${url.replace(/[^A-Za-z0-9]+/g, '_')}`.replace(/_$/, ''),
    summary,
    tags: [tag],
    security: security.map((name) => (name === '' ? {} : { [name]: [] })),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { content: contentObject(body) } }),
    responses: { ...Object.fromEntries(said), ...(refusal === undefined ? {} : { default: { $ref: `#/components/responses/${refusal}` } }) },
  };
}

function contentObject({ types = ['application/json'], form }: Content): object {
  return Object.fromEntries(types.map((type) => [type, { schema: schemaOf(form) }]));
}

function schemaOf(form: Form): object {
  if (typeof form !== 'string') return objectSchema(form);
  if (form === 'any') return {};
  return form.endsWith('[]') ? { type: 'array', items: { type: form.slice(0, -2) } } : { type: form };
}

function objectSchema(members: Readonly<Record<string, Form>>): object {
  const names = Object.keys(members);
  const required = names.filter((name) => !name.endsWith('?'));
  const properties = Object.fromEntries(names.map((name) => [name.replace(/\?$/, ''), schemaOf(members[name] as Form)]));
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}
