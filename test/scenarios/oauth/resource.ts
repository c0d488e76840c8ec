import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type ProtectedApi, startProtectedApi } from '@mintmark/protected-api';
import type { Fixture } from '../support/fixture.ts';

/** What a failed authentication is answered with, word for word (seed 2.1 number 8). */
export const REFUSED = 'Failed to authenticate: invalid access token.';
const APPLICATIONS = '/controller/rest/applications';

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The example's protected resource, beside each region. */
export class Applications implements AsyncDisposable {
  readonly #apis: readonly ProtectedApi[];

  private constructor(apis: readonly ProtectedApi[]) {
    this.#apis = apis;
  }

  static async start({ all }: Fixture): Promise<Applications> {
    const apis = await Promise.all(all.map(({ region }) => startProtectedApi({ host: '127.0.0.1', port: 0, region })));
    await Promise.all(apis.map(({ validator }) => validator.ready()));
    return new Applications(apis);
  }

  /** Calls it, by default beside the authority and with the token as a bearer's. `undefined`: without a header. */
  async call(authorization: string | undefined, { at = 0, query = '' }: { readonly at?: number; readonly query?: string } = {}): Promise<Answered> {
    const reply = await fetch(`${this.#urlOf(at)}${APPLICATIONS}${query}`, { headers: authorization === undefined ? {} : { authorization } });
    return { status: reply.status, headers: reply.headers, text: await reply.text() };
  }

  /** Names of the applications that a token shows, or the status. */
  async namesFor(token: string, at = 0): Promise<readonly string[] | number> {
    const reply = await this.call(`Bearer ${token}`, { at, query: '?output=JSON' });
    return reply.status === 200 ? (JSON.parse(reply.text) as { name: string }[]).map(({ name }) => name) : reply.status;
  }

  /** Status and body, for the comparison that published scripts make. */
  async outcome(authorization: string | undefined, at = 0): Promise<readonly [number, string]> {
    const reply = await this.call(authorization, { at });
    return [reply.status, reply.status === 200 ? '' : reply.text];
  }

  async statusIn(at: number, token: string): Promise<number> {
    return (await this.call(`Bearer ${token}`, { at })).status;
  }

  /** The first line of the answer to a header as it stands, with no space after the colon. */
  async verbatim(header: string): Promise<string> {
    const { hostname, port } = new URL(this.#urlOf(0));
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${APPLICATIONS} HTTP/1.1\r\nHost: ${hostname}\r\n${header}\r\nConnection: close\r\n\r\n`);
    return (await text(socket)).split('\r\n')[0] ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#apis.map((api) => api[Symbol.asyncDispose]()));
  }

  #urlOf(at: number): string {
    return this.#apis[at]?.url ?? '';
  }
}
