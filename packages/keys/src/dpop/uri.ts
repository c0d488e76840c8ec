/**
 * A request's URI as `htu` names it: without query and fragment, with the normalisation of RFC 3986 sections 6.2.2 and 6.2.3 (case, percent-encoding,
 * dot segments, default port, empty path). `undefined` for what is no absolute http or https URI, or holds a user.
 */
export function targetUri(text: string): string | undefined {
  if (!/^[\x21-\x5b\x5d-\x7e]+$/.test(text)) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  return `${url.protocol}//${url.host}${url.pathname.replace(/%[0-9a-f]{2}/gi, normalOctet)}`;
}

/** Unreserved characters stand for themselves; all others keep their encoding, in upper case. */
function normalOctet(octet: string): string {
  const char = String.fromCharCode(Number.parseInt(octet.slice(1), 16));
  return /[A-Za-z0-9._~-]/.test(char) ? char : octet.toUpperCase();
}
