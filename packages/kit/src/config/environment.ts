import { readFileSync } from 'node:fs';
import { ConfigError, type ConfigFault } from './error.ts';
import { type Address, addressForm, choiceForm, durationForm, flagForm, type Form, integerForm, listForm, mapForm, shown, textForm, urlForm } from './forms.ts';
import { nearest } from './nearest.ts';
import { Secret } from './secret.ts';

/** What every variable says of itself. Without `default` it is required; `default: undefined` makes it optional. */
export interface Variable<D> {
  /** One sentence for the operator. */
  readonly about: string;
  readonly default?: D;
}

/** One row of the table of variables in docs/OPERATIONS.md. */
export interface VariableRow {
  readonly name: string;
  readonly accepts: string;
  /** `required`, `optional`, or the default as it would be written. */
  readonly otherwise: string;
  readonly about: string;
  readonly secret: boolean;
}

type TextOptions = { readonly pattern?: RegExp; readonly accepts?: string };

/**
 * Reads variables strictly. A faulty one yields a stand-in of its type, so that reading goes on and `finish` can report all faults at
 * once; stand-ins never leave, because `finish` throws. An empty value is a fault: unset the variable instead.
 */
export interface EnvironmentReader {
  text<D = never>(name: string, options: Variable<D> & TextOptions): string | D;
  integer<D = never>(name: string, options: Variable<D> & { readonly min?: number; readonly max?: number }): number | D;
  choice<const C extends string, D = never>(name: string, choices: readonly C[], options: Variable<D>): C | D;
  /** `true` or `false`. */
  flag<D = never>(name: string, options: Variable<D>): boolean | D;
  /** Milliseconds, read from `250ms`, `5s`, `1m30s`, `2h`. */
  durationMs<D = never>(name: string, options: Variable<D> & { readonly minMs?: number; readonly maxMs?: number }): number | D;
  address<D = never>(name: string, options: Variable<D> & { readonly anyPort?: boolean }): Address | D;
  url<D = never>(name: string, protocols: readonly string[], options: Variable<D>): URL | D;
  list<T, D = never>(name: string, item: Form<T>, options: Variable<D>): readonly T[] | D;
  /** `key=value` pairs, in the order given. */
  map<T, D = never>(name: string, pair: { readonly key: Form<string>; readonly value: Form<T> }, options: Variable<D>): ReadonlyMap<string, T> | D;
  /** From NAME, or from the file that NAME_FILE names (one line feed at its end is dropped); both is a fault. Never repeated in a fault. */
  secret<D = never>(name: string, options: Variable<D> & TextOptions): Secret | D;
  /** Records a fault that only shows when variables are seen together. */
  fault(name: string, problem: string): void;
  /** Throws one `ConfigError` with every fault, variables with the prefix that nobody read among them; else returns what `build` makes. */
  finish<T>(build: () => T): T;
  /** The variables read so far, in the order of reading. */
  describe(): readonly VariableRow[];
}

export interface EnvironmentOptions {
  /** Variables with it must be known. Default `MINTMARK_`. */
  readonly prefix?: string;
  /** Variables with the prefix that others read from the same environment. */
  readonly alsoKnown?: readonly string[];
}

/** A reader of these variables; without an argument, of the process's own. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>> = process.env, options: EnvironmentOptions = {}): EnvironmentReader {
  const reading = new Reading(env, options);
  return {
    text: (name, spec) => reading.read(name, textForm(spec), spec),
    integer: (name, spec) => reading.read(name, integerForm(spec), spec),
    choice: (name, choices, spec) => reading.read(name, choiceForm(choices), spec, true),
    flag: (name, spec) => reading.read(name, flagForm, spec, true),
    durationMs: (name, spec) => reading.read(name, durationForm(spec), spec),
    address: (name, spec) => reading.read(name, addressForm(spec), spec),
    url: (name, protocols, spec) => reading.read(name, urlForm(protocols), spec),
    list: (name, item, spec) => reading.read(name, listForm(item), spec),
    map: (name, pair, spec) => reading.read(name, mapForm(pair.key, pair.value), spec),
    secret: (name, spec) => reading.secret(name, { ...textForm(spec), show: () => '[secret]' }, spec),
    fault: (name, problem) => reading.fault(name, problem),
    finish: (build) => reading.finish(build),
    describe: () => reading.rows,
  };
}

class Reading {
  readonly rows: VariableRow[] = [];
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #prefix: string;
  readonly #known: Set<string>;
  readonly #faults: ConfigFault[] = [];
  /** A refused choice decides wrongly what is read next: what then stays unread need not be unknown. */
  #branchUnsure = false;

  constructor(env: Readonly<Record<string, string | undefined>>, options: EnvironmentOptions) {
    this.#env = env;
    this.#prefix = options.prefix ?? 'MINTMARK_';
    this.#known = new Set(options.alsoKnown);
  }

  read<T, D>(name: string, form: Form<T>, spec: Variable<D>, branches = false): T | D {
    this.#describe(name, form, spec, false);
    const given = this.#env[name];
    if (given === undefined) return this.#absent(name, form, spec);
    const parsed = given === '' ? undefined : form.parse(given);
    if (parsed?.ok === true) return parsed.value;
    if (branches) this.#branchUnsure = true;
    this.fault(name, parsed === undefined ? `is empty; unset it, or give ${form.accepts}` : complaint(form, parsed.problem, given));
    return form.placeholder;
  }

  secret<D>(name: string, form: Form<string>, spec: Variable<D>): Secret | D {
    this.#describe(name, form, spec, true);
    const fileVariable = `${name}_FILE`;
    this.#known.add(fileVariable);
    const [given, path] = [this.#env[name], this.#env[fileVariable]];
    if (given !== undefined && path !== undefined) this.fault(name, `is given together with ${fileVariable}; keep one of the two`);
    else if (given !== undefined) return this.#checked(name, form, given);
    else if (path !== undefined) {
      const content = this.#content(fileVariable, path);
      if (content !== undefined) return this.#checked(fileVariable, form, content.replace(/\r?\n$/, ''));
    } else if (Object.hasOwn(spec, 'default')) return spec.default as D;
    else this.fault(name, `is missing (or ${fileVariable}); must be ${form.accepts}: ${spec.about}`);
    return new Secret('');
  }

  fault(variable: string, problem: string): void {
    this.#faults.push({ variable, problem });
  }

  finish<T>(build: () => T): T {
    const faults = this.#branchUnsure ? this.#faults : [...this.#faults, ...this.#unknown()];
    if (faults.length > 0) throw new ConfigError(faults);
    const built = build();
    if (this.#faults.length > 0) throw new ConfigError(this.#faults);
    return built;
  }

  #absent<T, D>(name: string, form: Form<T>, spec: Variable<D>): T | D {
    if (Object.hasOwn(spec, 'default')) return spec.default as D;
    this.fault(name, `is missing; must be ${form.accepts}: ${spec.about}`);
    return form.placeholder;
  }

  #checked(variable: string, form: Form<string>, value: string): Secret {
    if (!form.parse(value).ok) this.fault(variable, `must be ${form.accepts} (its value is not shown)`);
    return new Secret(value);
  }

  #content(variable: string, path: string): string | undefined {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      this.fault(variable, `names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}): ${JSON.stringify(path)}`);
      return undefined;
    }
  }

  #describe<T, D>(name: string, form: Form<T>, spec: Variable<D>, secret: boolean): void {
    if (this.#known.has(name) && this.rows.some((row) => row.name === name)) throw new Error(`${name} is read twice`);
    this.#known.add(name);
    this.rows.push({ name, accepts: form.accepts, otherwise: otherwise(form, spec), about: spec.about, secret });
  }

  #unknown(): ConfigFault[] {
    return Object.keys(this.#env)
      .filter((name) => name.startsWith(this.#prefix) && this.#env[name] !== undefined && !this.#known.has(name))
      .map((variable) => {
        const meant = nearest(variable, [...this.#known]);
        return { variable, problem: `is not a variable that is read here${meant === undefined ? '' : `; did you mean ${meant}?`}` };
      });
  }
}

function complaint(form: Pick<Form<unknown>, 'accepts' | 'echo'>, problem: string | undefined, given: string): string {
  if (problem !== undefined) return problem;
  return `must be ${form.accepts}${form.echo ? `, not ${JSON.stringify(given.length > 60 ? `${given.slice(0, 60)}…` : given)}` : ''}`;
}

function otherwise<T, D>(form: Form<T>, spec: Variable<D>): string {
  if (!Object.hasOwn(spec, 'default')) return 'required';
  return spec.default === undefined ? 'optional' : shown(form, spec.default as unknown as T);
}
