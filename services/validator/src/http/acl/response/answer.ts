import type { Readable } from 'node:stream';
import { type DirectAnswer, LARGE_ANSWER_BYTES, writeDirectly } from '@mintmark/kit/http';
import type { Watermark } from '@mintmark/view';
import type { FastifyReply } from 'fastify';
import { freshnessOf } from '../../../core/freshness.ts';
import type { Feed } from '../../../core/types.ts';

/** What the headers of an answer tell (specs 2.2). */
export interface Meta {
  readonly index: number;
  /** Text of a freshness; empty where none is known. */
  readonly freshness: string;
  /** Reads only. */
  readonly contact?: { readonly lastMs: number; readonly known: boolean };
  /** Cursor of the next page. */
  readonly nextToken?: string;
}

export type Answer =
  /** 200 with JSON. */
  | { readonly kind: 'json'; readonly text: string | Buffer; readonly meta: Meta }
  /** 200 without a body. */
  | { readonly kind: 'empty'; readonly meta: Meta }
  /** 404 of a single read: the meta headers are those of what was looked at. */
  | { readonly kind: 'missing'; readonly message: string; readonly meta: Meta }
  /** What another region answered. */
  | { readonly kind: 'relayed'; readonly status: number; readonly headers: Readonly<Record<string, string | string[]>>; readonly body: Readable };

/** The feed gives a sign of life every second; a view whose replicator is silent for longer is not kept up to date. */
const SILENT_MS = 2_000;

/** The meta of a read that saw the view at `watermark`. */
export function readMeta(feed: Feed, watermark: Pick<Watermark, 'source' | 'revision'>, index: number): Meta {
  const { live: followed, ageMs } = feed.state();
  const live = followed && ageMs < SILENT_MS;
  return {
    index,
    freshness: freshnessOf(watermark),
    contact: { lastMs: live ? 0 : Math.floor(ageMs), known: live },
  };
}

/** JSON as Nomad writes it: minified, or indented by four spaces with a newline at its end. */
export function jsonText(value: unknown, pretty: boolean): string {
  return pretty ? `${JSON.stringify(value, null, 4)}\n` : JSON.stringify(value);
}

const TEXT = 'text/plain; charset=utf-8';

export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  switch (answer.kind) {
    case 'json':
      return sendWhole(reply, jsonAnswer(answer.text, answer.meta));
    case 'empty':
      return sendDirectly(reply, { status: 200, fields: fieldsOf(answer.meta), body: '' });
    case 'missing':
      return sendDirectly(reply, { status: 404, fields: [...fieldsOf(answer.meta), 'content-type', TEXT], body: answer.message });
    case 'relayed':
      return reply.code(answer.status).headers(answer.headers).send(answer.body);
  }
}

/** What is large goes through the framework, whose hooks bound what waits for slow readers. */
function sendWhole(reply: FastifyReply, answer: DirectAnswer): FastifyReply {
  const { status, fields, body } = answer;
  if (body.length < LARGE_ANSWER_BYTES) return sendDirectly(reply, answer);
  for (let at = 0; at < fields.length; at += 2) reply.header(fields[at] as string, fields[at + 1]);
  return reply.code(status).send(body);
}

/** Past the framework, whose hooks have nothing to do for a small body that must not be stored. */
function sendDirectly(reply: FastifyReply, answer: DirectAnswer): FastifyReply {
  reply.hijack();
  writeDirectly(reply.raw, answer);
  return reply;
}

/** An answer with JSON, whole. */
export function jsonAnswer(text: string | Buffer, meta: Meta): DirectAnswer {
  return { status: 200, fields: [...fieldsOf(meta), 'content-type', 'application/json'], body: text };
}

/** A plain text: status, message, nothing else. An empty one has no content type. */
export function sendText(reply: FastifyReply, status: number, text: string): FastifyReply {
  reply.code(status).header('cache-control', 'no-store');
  return text === '' ? reply.send() : reply.header('content-type', TEXT).send(Buffer.from(text));
}

function fieldsOf(meta: Meta): string[] {
  const fields = ['cache-control', 'no-store', 'vary', 'Accept-Encoding', 'x-nomad-index', String(meta.index)];
  if (meta.freshness !== '') fields.push('x-mintmark-freshness', meta.freshness);
  if (meta.nextToken !== undefined) fields.push('x-nomad-nexttoken', meta.nextToken);
  if (meta.contact !== undefined) fields.push('x-nomad-lastcontact', String(meta.contact.lastMs), 'x-nomad-knownleader', String(meta.contact.known));
  return fields;
}
