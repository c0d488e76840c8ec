import { validator } from '@mintmark/contract';
import type { ValidatorContext } from '../context.ts';
import { type Answer, ownFreshness, toResponse } from '../core/verdict.ts';

/*
 * Verdicts as bytes of their messages. What the cache allows is put together from pieces that are encoded already: a token's principal, which lies in
 * the cache, and the region's freshness, which is the same until the region moves; its staleness is a number. The bytes are those that the generated code would write.
 */

const ALLOWED = Buffer.from([0x08, validator.Verdict.VERDICT_ALLOW]);
const PRINCIPAL_TAG = 0x1a;
const FRESHNESS_TAG = 0x22;
const STALENESS_TAG = 0x28;
const BATCHED_TAG = 0x0a;
const ID_TAG = 0x08;
const STREAMED_TAG = 0x12;
const NOTHING = Buffer.alloc(0);
const LONGEST_VARINT = 8;

/** Makes `ValidateResponse` messages. */
export class ResponseEncoder {
  readonly #ctx: ValidatorContext;
  #position: unknown;
  #freshness: Buffer = NOTHING;

  constructor(ctx: ValidatorContext) {
    this.#ctx = ctx;
  }

  /** `principal`: the bytes of a `Principal` message. They are copied. */
  allowed(principal: Uint8Array): Buffer {
    const freshness = this.#freshnessField();
    const { toldMs } = this.#ctx.strictness;
    const staleness = toldMs === undefined ? 0 : 1 + varintBytes(toldMs);
    const message = Buffer.allocUnsafe(ALLOWED.length + 1 + varintBytes(principal.length) + principal.length + freshness.length + staleness);
    message.set(ALLOWED);
    message[ALLOWED.length] = PRINCIPAL_TAG;
    const at = writeVarint(message, ALLOWED.length + 1, principal.length);
    message.set(principal, at);
    message.set(freshness, at + principal.length);
    if (toldMs !== undefined) {
      message[message.length - staleness] = STALENESS_TAG;
      writeVarint(message, message.length - staleness + 1, toldMs);
    }
    return message;
  }

  answer(answer: Answer): Buffer {
    return Buffer.from(validator.ValidateResponse.encode(toResponse(answer, this.#ctx.strictness.toldMs)).finish());
  }

  #freshnessField(): Buffer {
    const { position } = this.#ctx.follower;
    if (position !== this.#position) {
      this.#position = position;
      const text = Buffer.from(ownFreshness(this.#ctx));
      this.#freshness = text.length === 0 ? NOTHING : field(FRESHNESS_TAG, text);
    }
    return this.#freshness;
  }
}

/** A `BatchValidateResponse` of these `ValidateResponse` messages. */
export function batchOf(responses: readonly Buffer[]): Buffer {
  let length = 0;
  for (const response of responses) length += 1 + varintBytes(response.length) + response.length;
  const message = Buffer.allocUnsafe(length);
  let at = 0;
  for (const response of responses) {
    message[at] = BATCHED_TAG;
    at = writeVarint(message, at + 1, response.length);
    message.set(response, at);
    at += response.length;
  }
  return message;
}

/** A `ValidateStreamResponse` of this `ValidateResponse` message. */
export function streamedOf(id: number, response: Buffer): Buffer {
  const head = Buffer.allocUnsafe(2 + 2 * LONGEST_VARINT);
  let at = 0;
  if (id !== 0) {
    head[0] = ID_TAG;
    at = writeVarint(head, 1, id);
  }
  head[at] = STREAMED_TAG;
  at = writeVarint(head, at + 1, response.length);
  return Buffer.concat([head.subarray(0, at), response]);
}

function field(tag: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(1 + varintBytes(bytes.length));
  head[0] = tag;
  writeVarint(head, 1, bytes.length);
  return Buffer.concat([head, bytes]);
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let left = value; left >= 0x80; left = Math.floor(left / 0x80)) bytes += 1;
  return bytes;
}

/** Writes an integer up to 2^53 - 1 and returns where it ends. */
function writeVarint(into: Buffer, from: number, value: number): number {
  let at = from;
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) {
    into[at] = (left % 0x80) | 0x80;
    at += 1;
  }
  into[at] = left;
  return at + 1;
}
