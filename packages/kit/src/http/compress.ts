import { promisify } from 'node:util';
import { constants, deflate, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Smaller answers fit into a packet anyway. */
export const COMPRESS_FROM_BYTES = 1_400;

type Encoding = 'gzip' | 'deflate';
const OPTIONS = { level: constants.Z_BEST_SPEED + 2 };
const ENCODERS: Readonly<Record<Encoding, (body: string | Buffer) => Promise<Buffer>>> = {
  gzip: (body) => promisify(gzip)(body, OPTIONS),
  deflate: (body) => promisify(deflate)(body, OPTIONS),
};

type Done = (error: Error | null, payload?: unknown) => void;

/**
 * A hook that compresses larger texts for callers who ask for it, on zlib's threads. Answers that could have been compressed say `Vary:
 * Accept-Encoding`. Streams, small answers and answers that carry `Cache-Control: no-store` pass as they are: the latter hold secrets, whose
 * compressed length would tell about them.
 */
export function compress(request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Done): void {
  if (!isLarge(payload) || reply.hasHeader('content-encoding') || reply.getHeader('cache-control') === 'no-store') return done(null, payload);
  reply.header('vary', varied(reply.getHeader('vary')));
  const accepted = request.headers['accept-encoding'];
  const encoding = typeof accepted === 'string' ? chosen(accepted) : undefined;
  if (encoding === undefined) return done(null, payload);
  ENCODERS[encoding](payload).then(
    (body) => {
      reply.header('content-encoding', encoding);
      reply.removeHeader('content-length');
      done(null, body);
    },
    () => done(null, payload),
  );
}

function isLarge(payload: unknown): payload is string | Buffer {
  return (typeof payload === 'string' || Buffer.isBuffer(payload)) && payload.length >= COMPRESS_FROM_BYTES;
}

function varied(before: unknown): string {
  return typeof before === 'string' && before !== '' ? `${before}, Accept-Encoding` : 'Accept-Encoding';
}

/** The better liked of the two encodings (RFC 9110, 12.5.3); gzip where they are equal; `undefined` where neither is wanted more than the plain text. */
export function chosen(accepted: string): Encoding | undefined {
  const weights = new Map<string, number>();
  for (const item of accepted.slice(0, 512).split(',')) {
    const [, name, weight] = /^\s*([\w*-]+)\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i.exec(item) ?? [];
    if (name !== undefined) weights.set(name.toLowerCase(), Number(weight ?? 1));
  }
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  const best: Encoding = weightOf('deflate') > weightOf('gzip') ? 'deflate' : 'gzip';
  const plain = weights.get('identity') ?? 0;
  return weightOf(best) > 0 && weightOf(best) >= plain ? best : undefined;
}
