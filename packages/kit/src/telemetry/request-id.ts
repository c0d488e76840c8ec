import { randomBytes } from 'node:crypto';

const FORM = /^[A-Za-z0-9._-]{1,64}$/;

/** Whether the text may be taken over as a request id: 1 to 64 of `A-Z a-z 0-9 . _ -`. */
export function isRequestId(text: string): boolean {
  return FORM.test(text);
}

const run = randomBytes(9).toString('base64url');
let issued = 0;

/** A new request id: unique in this process by its counter, across processes by 72 random bits. */
export function newRequestId(): string {
  issued += 1;
  return `${run}.${issued.toString(36)}`;
}
