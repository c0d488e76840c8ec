/** The form of one member: a JSON type, a list of one (`string[]`), anything at all, or an object of members. A name that ends in `?` may be left out. */
export type Form = 'string' | 'integer' | 'boolean' | 'object' | 'any' | 'string[]' | 'object[]' | { readonly [member: string]: Form };

export interface Content {
  /** Default `application/json`. */
  readonly types?: readonly string[];
  readonly form: Form;
}

/** What clients are told of one method of one route. Nothing of it is enforced: routes parse and refuse in the words of their dialect. */
export interface Operation {
  readonly summary: string;
  readonly tag: string;
  /** Names of security schemes, any one of which lets in; `''` is no credential. */
  readonly security: readonly string[];
  /** Parameters of the query, with what they mean. */
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Content;
  /** What success says, by status; `form` absent: no body. */
  readonly answers: Readonly<Record<number, { readonly says: string; readonly content?: Content }>>;
  /** Name of the document's answer for every refusal; absent: it refuses nothing. */
  readonly refusal?: string;
}

/** A route's operations by method, its only one, or why it is no operation of the document. */
export type RouteApi = Operation | { readonly methods: Readonly<Record<string, Operation>> } | { readonly left: string };

/** Options of a route that tell `/openapi.json` of it. */
export function api(about: RouteApi): { readonly config: { readonly api: RouteApi } } {
  return { config: { api: about } };
}
