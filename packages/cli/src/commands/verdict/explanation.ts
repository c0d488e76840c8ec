/** A claim, and the document and line where it is asserted. */
interface Placed {
  readonly document: string;
  readonly line: number;
  readonly claim: string;
}

/** What allowed it, and below it the claims that led there. */
export function allowedText({ because, ...first }: Placed & { readonly because?: readonly Placed[] }): string {
  return [`Allowed by ${placed(first)}`, ...(because ?? []).map((step) => `Because ${placed(step)}`)].join('\n');
}

/** Why not, and which claims would have allowed it. */
export function deniedText(message: string, missing: readonly string[]): string {
  return [`Denied: ${message}`, ...missing.map((claim) => `Missing: ${claim}`)].join('\n');
}

function placed({ document, line, claim }: Placed): string {
  return `${document}:${line}: ${claim}`;
}
