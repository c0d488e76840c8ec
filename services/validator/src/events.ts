/** What the validator tells operators. None of the calls throws, none is given a secret. */
export interface ValidatorEvents {
  /** Where an answer about a secret came from. */
  authenticated(source: 'hit' | 'miss' | 'authority' | 'stale'): void;
  /** The view holds what no issuer has said; told at each time it is read (P10). */
  recordRefused(event: { readonly kind: string; readonly id: string; readonly problem: string; readonly again: boolean }): void;
  /** The view's feed was lost or found again. */
  feed(event: { readonly live: boolean; readonly problem?: unknown }): void;
  /** The view started over; the cache was dropped. */
  startedOver(event: { readonly epoch: string; readonly index: number }): void;
  /** A loop ended by a defect and is started again. */
  interrupted(event: { readonly loop: string; readonly error: unknown }): void;
  /** A request failed by a defect. */
  failed(event: { readonly requestId: string; readonly method: string; readonly error: unknown }): void;
}
