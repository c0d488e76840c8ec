/** Code points; 15 and more are advised. */
export const MIN_PASSWORD_LENGTH = 8;
/** Bytes in UTF-8. Nothing is ever cut: what is longer is refused. */
export const MAX_PASSWORD_BYTES = 1_024;

export type PasswordProblem =
  /** Fewer than `MIN_PASSWORD_LENGTH` code points. */
  | 'too_short'
  /** More than `MAX_PASSWORD_BYTES`. */
  | 'too_long'
  /** Half of a surrogate pair: it has no bytes in UTF-8. */
  | 'not_text'
  /** Among the most common ones, in any case. */
  | 'too_common';

/** Judges new passwords. */
export interface PasswordRules {
  /** Why the password may not be used; `undefined` where it may. No composition rules (ASVS 5.0 6.2.5), nothing is changed or cut (6.2.8). */
  check(password: string): PasswordProblem | undefined;
}

/** Reads the list of common passwords, some 49,000 (ASVS 5.0 6.2.4 wants 3,000), about 30 ms. It looks nothing up elsewhere. */
export async function loadPasswordRules(): Promise<PasswordRules> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const common = new Set(dictionary['passwords-common'].filter((password) => password.length >= MIN_PASSWORD_LENGTH).map((password) => password.toLowerCase()));
  return {
    check(password) {
      if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) return 'too_long';
      if (!password.isWellFormed()) return 'not_text';
      if ([...password].length < MIN_PASSWORD_LENGTH) return 'too_short';
      return common.has(password.toLowerCase()) ? 'too_common' : undefined;
    },
  };
}
