import type { Exchange } from '../exchange.ts';

/** A part of the path by the name that its route gives it. */
export function pathPart({ request }: Exchange, name: string): string {
  return (request.params as Readonly<Record<string, string | undefined>>)[name] ?? '';
}
