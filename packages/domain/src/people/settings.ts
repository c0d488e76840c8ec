/** A setting of the platform: its value as text is stored. */
interface Setting<T> {
  readonly otherwise: T;
  /** The accepted form, in words. */
  readonly form: string;
  accepts(value: unknown): value is T;
}

const YEAR_SECONDS = 31_536_000;

/** The platform's registry. */
export const SETTINGS = {
  /** How long login sessions live from when they begin; sessions that have begun keep theirs. */
  'Authentication.SessionTimeoutInSeconds': {
    otherwise: 1_800,
    form: `a whole number of seconds from 1 to ${YEAR_SECONDS}`,
    accepts: (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= YEAR_SECONDS,
  },
  /** Whether only platform operators begin sessions for the Platform Operations API. */
  'Authentication.SocAuthenticationEnabled': {
    otherwise: true,
    form: 'true or false',
    accepts: (value: unknown): value is boolean => typeof value === 'boolean',
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

export type SettingName = keyof typeof SETTINGS;

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** A setting's value out of what is stored for it; `undefined` for nothing. What cannot be read counts as nothing. */
export function settingValue<N extends SettingName>(name: N, stored: string | undefined): (typeof SETTINGS)[N]['otherwise'] | number | boolean {
  const { otherwise, accepts } = SETTINGS[name];
  if (stored === undefined) return otherwise;
  try {
    const value: unknown = JSON.parse(stored);
    return accepts(value) ? value : otherwise;
  } catch {
    return otherwise;
  }
}
