/** What a document may hold at most. Bounds on what one text can cost, far above what people write. */
export const LIMITS = {
  /** UTF-8. */
  bytes: 512 * 1024,
  /** Parentheses within parentheses. */
  nesting: 64,
  policies: 10_000,
  /** One for each value that a claim asserts. */
  claims: 20_000,
  comparisons: 20_000,
  /** Of a realm or of the name of a resource, in its namespace and its local name each. */
  segments: 64,
} as const;
