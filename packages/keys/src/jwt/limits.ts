/** Characters of an access token or client assertion; a longer one is refused unread. */
export const MAX_TOKEN_LENGTH = 16 * 1_024;
