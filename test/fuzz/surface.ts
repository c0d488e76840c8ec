import { STATUS_CODES } from 'node:http';
import { request } from 'undici';
import { BODIES, type Header, HEADERS, PATHS, type Route } from './routes.ts';
import { addressed, type Target } from './target.ts';

/** What a running region answers over HTTP: never with a fault of its own, and in time. */
export interface Surface {
  readonly origin: string;
  readonly secret: string;
}

interface Question {
  readonly method: Route['method'];
  /** The route, and what the input puts behind it. */
  readonly path: readonly [string, string];
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export function surfaceTargets(surface: Surface): readonly Target[] {
  const bodies = Object.entries(BODIES).map(([name, routes]) =>
    routed(`HTTP bodies: ${name}`, routes, ({ method, path, type }, body) => asked(surface, { method, path: [path, ''], body, headers: { 'x-nomad-token': surface.secret, 'content-type': type } })),
  );
  const paths = Object.entries(PATHS).map(([name, routes]) =>
    routed(`HTTP ${name}`, routes, ({ method, path }, rest) => asked(surface, { method, path: [atOnce(path), sendable(rest, /[^\x21-\x7e]/g)], headers: { 'x-nomad-token': surface.secret } })),
  );
  return [...bodies, ...paths, headers(surface)];
}

function routed(name: string, routes: readonly Route[], ask: (route: Route, rest: Buffer) => Promise<unknown>): Target {
  const byName = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  const seeds = [...byName].flatMap(([line, route]) => route.seeds.map((seed) => `${line}\n${seed}`));
  return {
    name,
    elsewhere: true,
    seeds,
    run: (input) => {
      const { to, rest } = addressed(input, byName);
      return ask(to, rest);
    },
  };
}

function headers(surface: Surface): Target {
  const byName = new Map(HEADERS.map((header) => [`${header.name} ${header.path}`, header]));
  const values = [surface.secret, `Bearer ${surface.secret}`, 'Bearer a.b.c', 'DPoP a.b.c', 'Token x', 'Basic YTpi', 'us-east:AAAAAAAAAAAAAAAAAAAAAA:1', 'application/json; charset=utf-8', 'W/"x"', 'a=b; c=d', 'gzip;q=0.5, br', 'eA==', '10.0.0.1, ::1', 'bytes=0-1'];
  const run = (input: Buffer): Promise<unknown> => {
    const { to, rest } = addressed<Header>(input, byName);
    const value = sendable(rest, /[^\t\x20-\x7e\x80-\xff]/g).trim();
    return asked(surface, { method: 'GET', path: [to.path, ''], headers: { ...(to.credential ? {} : { 'x-nomad-token': surface.secret }), [to.name]: value } });
  };
  return { name: 'HTTP headers', elsewhere: true, seeds: [...byName.keys()].flatMap((line, at) => [0, 1, 2].map((more) => `${line}\n${values[(at + more * 5) % values.length]}`)), run };
}

/** The first of repeated parameters counts: nothing waits for a change by itself, which is not what is looked for here. */
function atOnce(path: string): string {
  return path.endsWith('?') ? `${path}wait=1ms&` : path;
}

/** What a client of HTTP can send at all. */
function sendable(bytes: Buffer, not: RegExp): string {
  return bytes.toString('latin1').replace(not, '').slice(0, 4_000);
}

async function asked({ origin }: Surface, { path: [route, more], ...question }: Question): Promise<unknown> {
  const { statusCode, body } = await request(`${origin}${route}${more.split('#', 1)[0]}`, { ...question, signal: AbortSignal.timeout(10_000) });
  const text = await body.text();
  if (statusCode === 500) throw new Error(`500 ${text}`);
  if (/node_modules|\.ts:\d|at \w+ \(/.test(text)) throw new Error(`an answer that shows the inside: ${text.slice(0, 300)}`);
  return { [`${question.method} ${route} ${STATUS_CODES[statusCode]}`]: toldBy(text, statusCode) };
}

/** The words of a refusal, the members of anything else. */
function toldBy(text: string, status: number): unknown {
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // Some families answer with text.
  }
  return status < 400 ? value : new Error(words(value).join(' '));
}

function words(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(words) : [];
}
