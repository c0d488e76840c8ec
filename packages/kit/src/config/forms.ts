/** A value, or a refusal with a problem that is more to the point than the accepted form alone. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem?: string };

/** How the text of one kind of variable is read. */
export interface Form<T> {
  /** The accepted form in words, as the end of "must be …". */
  readonly accepts: string;
  /** Whether a refused text may be repeated in the fault. */
  readonly echo: boolean;
  /** A value for the type's sake where the text was refused; it is never used. */
  readonly placeholder: T;
  parse(text: string): Parsed<T>;
  /** A value as it would be written. Default: `String(value)`. */
  readonly show?: (value: T) => string;
}

export interface Address {
  /** A name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

const REFUSED = { ok: false } as const;
const ok = <T>(value: T): Parsed<T> => ({ ok: true, value });

/** A text; by default anything printable without space at its ends. `accepts` names the form where there is a pattern. */
export function textForm(options: { readonly pattern?: RegExp | undefined; readonly accepts?: string | undefined }): Form<string> {
  const pattern = options.pattern ?? /^[^\s\p{Cc}](?:\P{Cc}*[^\s\p{Cc}])?$/u;
  return {
    accepts: options.accepts ?? (options.pattern === undefined ? 'a text without space at its ends' : `a text that matches ${options.pattern}`),
    echo: false,
    placeholder: '',
    parse: (text) => (pattern.test(text) ? ok(text) : REFUSED),
  };
}

export function integerForm(options: { readonly min?: number | undefined; readonly max?: number | undefined }): Form<number> {
  const min = options.min ?? Number.MIN_SAFE_INTEGER;
  const max = options.max ?? Number.MAX_SAFE_INTEGER;
  return {
    accepts: `a whole number ${range(options.min, options.max, String)}`.trimEnd(),
    echo: true,
    placeholder: 0,
    parse(text) {
      const value = Number(text);
      return /^-?(?:0|[1-9]\d{0,15})$/.test(text) && value >= min && value <= max ? ok(value) : REFUSED;
    },
  };
}

export function choiceForm<const C extends string>(choices: readonly C[]): Form<C> {
  return {
    accepts: choices.length === 1 ? `${choices[0]}` : `one of ${choices.join(', ')}`,
    echo: true,
    placeholder: choices[0] as C,
    parse: (text) => ((choices as readonly string[]).includes(text) ? ok(text as C) : REFUSED),
  };
}

export const flagForm: Form<boolean> = {
  accepts: 'true or false',
  echo: true,
  placeholder: false,
  parse: (text) => (text === 'true' || text === 'false' ? ok(text === 'true') : REFUSED),
};

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A duration such as `250ms`, `5s`, `1m30s` or `2h`, in whole milliseconds; bounds in milliseconds. */
export function durationForm(options: { readonly minMs?: number | undefined; readonly maxMs?: number | undefined }): Form<number> {
  return {
    accepts: `a duration such as 250ms, 5s, 1m30s or 2h ${range(options.minMs, options.maxMs, formatDuration)}`.trimEnd(),
    echo: true,
    placeholder: 0,
    show: formatDuration,
    parse(text) {
      if (text === '' || !/^(?:\d{1,9}h)?(?:\d{1,9}m)?(?:\d{1,9}s)?(?:\d{1,9}ms)?$/.test(text)) return REFUSED;
      let total = 0;
      for (const [, count, unit = ''] of text.matchAll(/(\d+)(ms|[smh])/g)) total += Number(count) * (UNIT_MS[unit] ?? 0);
      return total >= (options.minMs ?? 0) && total <= (options.maxMs ?? Number.MAX_SAFE_INTEGER) ? ok(total) : REFUSED;
    },
  };
}

/** Milliseconds as `durationForm` reads them. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  let rest = ms;
  let text = '';
  for (const unit of ['h', 'm', 's', 'ms']) {
    const size = UNIT_MS[unit] ?? 1;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}

/** `host:port`; IPv6 in brackets. Port 0 only where a free port is wanted. */
export function addressForm(options: { readonly anyPort?: boolean | undefined }): Form<Address> {
  const least = options.anyPort === true ? 0 : 1;
  return {
    accepts: `host:port with a port from ${least} to 65535, e.g. 127.0.0.1:4646 or [::1]:4646`,
    echo: true,
    placeholder: { host: '', port: 0 },
    show: ({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`,
    parse(text) {
      const [, bracketed, plain, digits = ''] = /^(?:\[([0-9a-fA-F:.%]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text) ?? [];
      const host = bracketed ?? plain;
      const port = Number(digits);
      return host !== undefined && port >= least && port <= 65_535 ? ok({ host, port }) : REFUSED;
    },
  };
}

/** An absolute URL of one of the protocols (`http`, `https`, …), without user, password, query or fragment. */
export function urlForm(protocols: readonly string[]): Form<URL> {
  const prefixes = protocols.map((protocol) => `${protocol}://`);
  return {
    accepts: `a URL that starts with ${prefixes.join(' or ')}, without user, password, query or fragment`,
    echo: false,
    placeholder: new URL('http://placeholder'),
    parse(text) {
      const url = /\s/.test(text) || !prefixes.some((prefix) => text.startsWith(prefix)) ? null : URL.parse(text);
      if (url === null || url.hostname === '') return REFUSED;
      if (url.username !== '' || url.password !== '')
        return { ok: false, problem: 'must be a URL without user and password: they belong into variables of their own' };
      return url.search === '' && url.hash === '' ? ok(url) : REFUSED;
    },
  };
}

/** Items parted by commas, at least one, none twice. */
export function listForm<T>(item: Form<T>): Form<readonly T[]> {
  return {
    accepts: `a list parted by commas, each item ${item.accepts}`,
    echo: false,
    placeholder: [],
    show: (values) => values.map((value) => shown(item, value)).join(','),
    parse(text) {
      const texts = text.split(',');
      const twice = texts.findIndex((one, position) => texts.indexOf(one) !== position);
      if (twice >= 0) return { ok: false, problem: `item ${twice + 1} repeats another; each may stand once` };
      const values: T[] = [];
      for (const [position, one] of texts.entries()) {
        const parsed = item.parse(one);
        if (!parsed.ok) return { ok: false, problem: `item ${position + 1} ${parsed.problem ?? `must be ${item.accepts}`}` };
        values.push(parsed.value);
      }
      return ok(values);
    },
  };
}

/** `key=value` pairs parted by commas, at least one, no key twice, in the order given. */
export function mapForm<T>(key: Form<string>, value: Form<T>): Form<ReadonlyMap<string, T>> {
  return {
    accepts: `key=value pairs parted by commas, each key ${key.accepts}, each value ${value.accepts}`,
    echo: false,
    placeholder: new Map(),
    show: (values) => [...values].map(([name, member]) => `${name}=${shown(value, member)}`).join(','),
    parse(text) {
      const values = new Map<string, T>();
      for (const [position, pair] of text.split(',').entries()) {
        const cut = pair.indexOf('=');
        const name = key.parse(cut < 0 ? '' : pair.slice(0, cut));
        if (!name.ok) return { ok: false, problem: `the key of pair ${position + 1} must be ${key.accepts}` };
        if (values.has(name.value)) return { ok: false, problem: `pair ${position + 1} repeats a key; each may stand once` };
        const parsed = value.parse(pair.slice(cut + 1));
        if (!parsed.ok) return { ok: false, problem: `the value of pair ${position + 1} ${parsed.problem ?? `must be ${value.accepts}`}` };
        values.set(name.value, parsed.value);
      }
      return ok(values);
    },
  };
}

/** A value of the form as it would be written. */
export function shown<T>(form: Form<T>, value: T): string {
  return form.show?.(value) ?? String(value);
}

function range(min: number | undefined, max: number | undefined, show: (value: number) => string): string {
  if (min !== undefined && max !== undefined) return `from ${show(min)} to ${show(max)}`;
  if (min !== undefined) return `of at least ${show(min)}`;
  return max === undefined ? '' : `of at most ${show(max)}`;
}
