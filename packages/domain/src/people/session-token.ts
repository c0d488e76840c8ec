/*
 * The text of a login session's token (seed: Apprenda's manual): base64 of two GUIDs with a bar between, its padding percent-encoded where it is shown.
 * The first one is the session's, the second one its secret.
 */

const SHAPE = /^[A-Za-z0-9+/]{98}==$/;
const PAIR = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The token's text without percent-encoding; of this its digest is taken. */
export function sessionToken(session: string, secret: string): string {
  return Buffer.from(`${session}|${secret}`).toString('base64');
}

/** Reads a token in any of its forms: as it is, or percent-encoded in either case. `undefined` for what was never one. */
export function parseSessionToken(text: string): string | undefined {
  const token = text.trim().replace(/%3d/gi, '=');
  if (!SHAPE.test(token)) return undefined;
  const pair = Buffer.from(token, 'base64').toString('latin1');
  return PAIR.test(pair) && Buffer.from(pair).toString('base64') === token ? token : undefined;
}

/** The token as it is shown: `%3D%3D` at its end, or `%3d%3d` where it stands in a link. */
export function shownSessionToken(token: string, where: 'body' | 'link'): string {
  return token.replaceAll('=', where === 'body' ? '%3D' : '%3d');
}
