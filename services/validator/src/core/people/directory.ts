import { isSettingName, type LiveEntry, type SettingName, settingValue, type Standing, type TokenUseBody } from '@mintmark/domain';
import { Mirror, type Mirrored, type MirrorWorld, type ViewReader } from '@mintmark/view';

type Kinds = 'user' | 'organization' | 'setting' | 'token_use';

/** Users, organizations, settings and uses of personal tokens as they are at one moment, without password hashes. */
export class DirectoryCopy implements Mirrored<Kinds> {
  readonly users = new Map<string, Standing>();
  /** Id of each organization's parent; empty for none. */
  readonly parents = new Map<string, string>();
  /** By the token's id. */
  readonly uses = new Map<string, TokenUseBody>();
  readonly #settings = new Map<string, string>();

  put({ record: { kind, id, body } }: LiveEntry<Kinds>): void {
    if (kind === 'user') this.users.set(id, standingOf(body as LiveEntry<'user'>['record']['body']));
    else if (kind === 'organization') this.parents.set(id, (body as LiveEntry<'organization'>['record']['body']).parent);
    else if (kind === 'token_use') this.uses.set(id, body as TokenUseBody);
    else this.#settings.set(id, (body as LiveEntry<'setting'>['record']['body']).value);
  }

  remove(kind: Kinds, id: string): void {
    if (kind === 'user') this.users.delete(id);
    else if (kind === 'organization') this.parents.delete(id);
    else if (kind === 'token_use') this.uses.delete(id);
    else this.#settings.delete(id);
  }

  setting(name: SettingName): number | boolean {
    return settingValue(name, isSettingName(name) ? this.#settings.get(name) : undefined);
  }

  /** A user in the organizations that still exist; `undefined` for none. */
  userOf(id: string): Standing | undefined {
    const user = this.users.get(id);
    if (user === undefined || user.organizations.every(({ organization }) => this.parents.has(organization))) return user;
    return { ...user, organizations: user.organizations.filter(({ organization }) => this.parents.has(organization)) };
  }
}

/** Whoever the region knows, in memory. To be asked when settled. */
export class Directory extends Mirror<Kinds, DirectoryCopy> {
  constructor(view: ViewReader, world: MirrorWorld) {
    super(view, world, ['user', 'organization', 'setting', 'token_use'], () => new DirectoryCopy());
  }
}

function standingOf({ username, organizations, platformOperator, disabled, notBefore, tokensNotBefore }: Standing): Standing {
  return { username, organizations, platformOperator, disabled, notBefore, tokensNotBefore };
}
