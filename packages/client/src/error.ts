/** Why a call failed: the region's own word, or what kept it from being heard. */
export type ClientErrorCode = 'refused' | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'limited' | 'unavailable' | 'timeout' | 'malformed_answer';

/** What a call of the client fails with, apart from the reason of the caller's own signal. It holds no credential. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;

  constructor(code: ClientErrorCode, message: string, options: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = options.status;
  }
}
