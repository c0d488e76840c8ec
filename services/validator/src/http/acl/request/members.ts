import { Refusal } from '@mintmark/domain';

/**
 * The members of a JSON object by name, as Go's decoder matches them: whatever the case, the last one counts, unknown ones do not matter, `null` is as
 * good as absent. Readers throw `Refusal` `invalid_argument` that names the member and the accepted form.
 */
export class Members {
  readonly #values = new Map<string, unknown>();
  readonly #path: string;

  /** `what` names the object in refusals. */
  constructor(value: unknown, what: string, path = '') {
    if (value !== null && (typeof value !== 'object' || Array.isArray(value))) throw mustBe(what, 'a JSON object');
    this.#path = path;
    for (const [name, member] of Object.entries(value ?? {})) this.#values.set(name.toLowerCase(), member);
  }

  /** Well-formed Unicode; lone surrogates become U+FFFD, as they do in Go. */
  string(name: string): string | undefined {
    const value = this.#value(name);
    if (value === undefined || typeof value === 'string') return value?.toWellFormed();
    throw mustBe(this.#path + name, 'a string');
  }

  boolean(name: string): boolean | undefined {
    const value = this.#value(name);
    if (value === undefined || typeof value === 'boolean') return value;
    throw mustBe(this.#path + name, 'true or false');
  }

  count(name: string): number | undefined {
    const value = this.#value(name);
    if (value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= 0)) return value;
    throw mustBe(this.#path + name, 'a whole number, 0 or greater');
  }

  strings(name: string): string[] | undefined {
    return this.#list(name, 'an array of strings', (value, path) => {
      if (typeof value !== 'string') throw mustBe(path, 'a string');
      return value.toWellFormed();
    });
  }

  object(name: string): Members | undefined {
    const value = this.#value(name);
    return value === undefined ? undefined : new Members(value, this.#path + name, `${this.#path}${name}.`);
  }

  objects(name: string): Members[] | undefined {
    return this.#list(name, 'an array of objects', (value, path) => {
      if (value === null) throw mustBe(path, 'a JSON object');
      return new Members(value, path, `${path}.`);
    });
  }

  /** What is there, of any type. */
  raw(name: string): unknown {
    return this.#value(name);
  }

  #value(name: string): unknown {
    return this.#values.get(name.toLowerCase()) ?? undefined;
  }

  #list<T>(name: string, form: string, read: (value: unknown, path: string) => T): T[] | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw mustBe(this.#path + name, form);
    return value.map((item, i) => read(item, `${this.#path}${name}[${i}]`));
  }
}

export function mustBe(name: string, form: string): Refusal {
  return new Refusal('invalid_argument', `${name} must be ${form}`);
}
