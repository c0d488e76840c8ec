const MAX_BYTES = 256;
const CONTROL = /\p{Cc}/u;

/** What is wrong with a text that people read: the field and its accepted form; `undefined` for nothing. */
export function shortTextProblem(field: string, text: string): string | undefined {
  const fits = text.trim() !== '' && Buffer.byteLength(text) <= MAX_BYTES && !CONTROL.test(text) && text.isWellFormed();
  return fits ? undefined : `${field} must be a text of 1 to ${MAX_BYTES} bytes without control characters`;
}
