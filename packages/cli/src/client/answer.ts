import { UnreachableError } from './failure.ts';

/** What a region answered. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** The JSON of an answer. Throws `UnreachableError` where it is none: whoever answered is no region. */
export function parsed<T>(doing: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new UnreachableError(doing, 'the answer is not that of a region: it is not JSON', 'NOT_JSON');
  }
}

/** The text of an error: Mintmark's own routes answer problem documents, those of OAuth its errors, the dialects plain texts. */
export function messageOf(text: string): string {
  try {
    const { detail, title, message, error_description: description } = JSON.parse(text) as Readonly<Record<'detail' | 'title' | 'message' | 'error_description', unknown>>;
    if (typeof detail === 'string') return detail;
    if (typeof message === 'string') return message;
    if (typeof description === 'string') return description;
    if (typeof title === 'string') return title;
  } catch {
    // A plain text.
  }
  return text.trim().slice(0, 2_000);
}
