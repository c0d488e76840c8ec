import { type LiveEntry, type PolicyBody, type Principal, Refusal, type RoleBody } from '@mintmark/domain';
import { type Claim, type CompiledDocument, compile, PolicySet } from '@mintmark/policy';
import type { Mirrored } from '@mintmark/view';

/** What a principal may do: the documents in force for it, and the facts that their conditions are judged by. */
export interface Rights {
  /** Names of the policies held, directly or through a role, that exist. */
  readonly policies: ReadonlySet<string>;
  /** Ids of the roles held that exist. */
  readonly roleIds: ReadonlySet<string>;
  /** Resource types that the policies held speak of. */
  readonly types: ReadonlySet<string>;
  readonly sets: readonly PolicySet[];
  readonly claims: readonly Claim[];
}

interface Role {
  readonly name: string;
  readonly policies: readonly string[];
}

/** The issuer of the names of users and jobs in the workload dialect. */
const AUTH_SERVER = 'auth_server@apcera.me';
/** Sets of held policies that are put together once. */
const MAX_SETS = 4_096;

/** Policies and roles as they are at one moment, compiled. */
export class Documents implements Mirrored<'policy' | 'role'> {
  /** By name: why its text cannot be read. */
  readonly unreadable = new Map<string, string>();
  readonly #held = new Map<string, CompiledDocument>();
  readonly #roles = new Map<string, Role>();
  readonly #roleIds = new Map<string, string>();
  /** Of the documents that apply to everybody. */
  readonly #texts = new Map<string, string>();
  #everyone = PolicySet.empty;
  #base = PolicySet.empty;
  #sets = new Map<string, PolicySet>();
  #rights = new WeakMap<Principal, Rights>();

  get everyone(): PolicySet {
    return this.#everyone;
  }

  get base(): PolicySet {
    return this.#base;
  }

  put(entry: LiveEntry<'policy' | 'role'>): void {
    this.remove(entry.record.kind, entry.record.id);
    if (entry.record.kind === 'policy') this.#putPolicy(entry.record.id, entry.record.body as PolicyBody);
    else this.#putRole(entry.record.id, entry.record.body as RoleBody);
  }

  remove(kind: 'policy' | 'role', id: string): void {
    if (kind === 'role') this.#dropRole(id);
    else this.#dropPolicy(id);
    this.#sets.clear();
    this.#rights = new WeakMap();
  }

  #putPolicy(name: string, { rules, applies, system }: PolicyBody): void {
    const compiled = this.#compiled(name, rules);
    if (compiled === undefined) return;
    if (applies === 'holders') this.#held.set(name, compiled);
    else this.#everyone = this.#everyone.with(compiled);
    if (applies === 'everyone') this.#texts.set(name, rules);
    if (system) this.#base = this.#base.with(compiled);
  }

  /** `undefined` for a text that cannot be read: it grants nothing, and stops no other (P12). */
  #compiled(name: string, rules: string): CompiledDocument | undefined {
    try {
      return compile(name, rules);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.unreadable.set(name, error.message);
      return undefined;
    }
  }

  #dropPolicy(name: string): void {
    this.unreadable.delete(name);
    this.#held.delete(name);
    this.#texts.delete(name);
    this.#everyone = this.#everyone.without(name);
    this.#base = this.#base.without(name);
  }

  #putRole(id: string, { name, policies }: RoleBody): void {
    this.#roles.set(id, { name, policies });
    this.#roleIds.set(name, id);
  }

  #dropRole(id: string): void {
    const name = this.#roles.get(id)?.name;
    if (name !== undefined && this.#roleIds.get(name) === id) this.#roleIds.delete(name);
    this.#roles.delete(id);
  }

  /** Whether a document that applies to everybody names this user or job: whoever is called so may be more than others. */
  speaksOf(name: string): boolean {
    const word = new RegExp(`(?<![\\w.:/@*+-])${RegExp.escape(name)}(?![\\w.:/@*+-])`, 'iu');
    return [...this.#texts.values()].some((text) => word.test(text));
  }

  /** The policies of a role; none where there is no such role. */
  policiesOf(roleId: string): readonly string[] | undefined {
    return this.#roles.get(roleId)?.policies;
  }

  rightsOf(principal: Principal): Rights {
    let rights = this.#rights.get(principal);
    if (rights === undefined) {
      rights = this.#rightsOf(principal);
      this.#rights.set(principal, rights);
    }
    return rights;
  }

  #rightsOf(principal: Principal): Rights {
    const named = principal.roles.flatMap((name) => this.#roleIds.get(name) ?? []);
    const roles = [...new Set([...principal.roleIds, ...named])].flatMap((id) => {
      const role = this.#roles.get(id);
      return role === undefined ? [] : [{ id, ...role }];
    });
    const names = [...principal.policies, ...roles.flatMap(({ policies }) => policies)].filter((name) => this.#held.has(name));
    const policies = new Set(names.sort());
    return {
      policies,
      roleIds: new Set(roles.map(({ id }) => id)),
      types: new Set([...policies].flatMap((name) => this.#held.get(name)?.placements.map(({ type }) => type) ?? [])),
      sets: [this.#everyone, this.#setOf([...policies])],
      claims: claimsOf(
        principal,
        policies,
        roles.map(({ name }) => name),
      ),
    };
  }

  #setOf(names: readonly string[]): PolicySet {
    const key = JSON.stringify(names);
    let set = this.#sets.get(key);
    if (set === undefined) {
      set = PolicySet.of(names.flatMap((name) => this.#held.get(name) ?? []));
      if (this.#sets.size >= MAX_SETS) this.#sets.clear();
      this.#sets.set(key, set);
    }
    return set;
  }
}

/**
 * The facts that conditions are judged by. Each dialect vouches for its own credentials, so that no name of one is mistaken for that of another; jobs and
 * those who have logged in are vouched for by the authentication server.
 */
function claimsOf(principal: Principal, policies: Iterable<string>, roles: readonly string[]): readonly Claim[] {
  const { dialect, name, subject, type } = principal;
  const named = { issuer: AUTH_SERVER, type: 'name', value: name };
  if (dialect === 'workload') return [named];
  const claim = (of: string, value: string): Claim => ({ issuer: dialect, type: of, value });
  return [
    ...(dialect === 'session' ? [named] : []),
    claim('name', name),
    claim('accessor', subject.slice(subject.indexOf(':') + 1)),
    claim('type', type),
    ...Array.from(policies, (policy) => claim('policy', policy)),
    ...roles.map((role) => claim('role', role)),
  ];
}
