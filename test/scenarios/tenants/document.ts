/** One operation of `/openapi.json`. */
export interface Route {
  readonly method: string;
  /** With `{parameters}`. */
  readonly path: string;
}

export const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

export function routesOf(document: unknown): readonly Route[] {
  const { paths } = document as Document;
  return Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })));
}
