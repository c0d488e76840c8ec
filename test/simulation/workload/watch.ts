import { listTokens } from '@mintmark/validator/parts';
import type { ValidatorSurface } from '../services/validator.ts';

export interface Listed {
  readonly index: number;
  readonly body: string;
}

/** `GET /v1/acl/tokens` as the route serves it. */
export async function listedTokens(surface: ValidatorSurface, credential: string, query: string, signal: AbortSignal): Promise<Listed> {
  const exchange = {
    parameters: new URLSearchParams(query),
    credential,
    pretty: false,
    signal,
    request: { ip: '10.0.0.1', method: 'GET', headers: {} },
    header: () => undefined,
    waits: () => undefined,
  } as unknown as Parameters<typeof listTokens>[1];
  const answer = await listTokens(surface.acl, exchange);
  if (answer.kind !== 'json') throw new Error(`the list is ${answer.kind}`);
  return { index: answer.meta.index, body: answer.text.toString() };
}
