import type { ApiClientBody, LiveEntry, OrganizationBody } from '@mintmark/domain';
import { clientName } from '@mintmark/domain';
import { type VerificationKey, verificationKey } from '@mintmark/keys/jwt';
import { type SigningKey, signingKeyOf } from '@mintmark/keys/signing';
import type { Mirrored } from '@mintmark/view';

/** What signed tokens are judged by. */
export const OAUTH_KINDS = ['signing_key', 'api_client', 'organization', 'denied'] as const;
export type OAuthKind = (typeof OAUTH_KINDS)[number];

export type ClientEntry = LiveEntry<'api_client'>;
export type OrganizationEntry = LiveEntry<'organization'>;

/** A signing key and where its record stands. */
export interface KeyEntry extends VerificationKey {
  readonly entry: LiveEntry<'signing_key'>;
}

/** Keys, clients, organizations and denied tokens as they are at one moment. */
export class Facts implements Mirrored<OAuthKind> {
  /** Ids of records that cannot be read: they count for nothing, and stop no other (P12). */
  readonly unreadable = new Set<string>();
  readonly #keys = new Map<string, KeyEntry>();
  readonly #byKid = new Map<string, KeyEntry>();
  readonly #clients = new Map<string, ClientEntry>();
  readonly #clientsByName = new Map<string, string>();
  readonly #organizations = new Map<string, OrganizationEntry>();
  readonly #aliases = new Map<string, string>();
  readonly #denied = new Map<string, LiveEntry<'denied'>>();
  /** Denials that are not to be believed, and deny all the same: what was revoked is not let in because somebody wrote over it (P10). */
  readonly #suspected = new Set<string>();

  put(entry: LiveEntry<OAuthKind>): void {
    const { kind, id } = entry.record;
    this.remove(kind, id);
    switch (kind) {
      case 'signing_key':
        return this.#putKey(entry as LiveEntry<'signing_key'>);
      case 'api_client': {
        const client = entry as ClientEntry;
        this.#clients.set(id, client);
        this.#clientsByName.set(clientName(client.record.body), id);
        return;
      }
      case 'organization': {
        const organization = entry as OrganizationEntry;
        this.#organizations.set(id, organization);
        this.#aliases.set(organization.record.body.alias.toLowerCase(), id);
        return;
      }
      case 'denied':
        this.#denied.set(id, entry as LiveEntry<'denied'>);
    }
  }

  refuse(kind: OAuthKind, id: string): void {
    this.remove(kind, id);
    if (kind === 'denied') this.#suspected.add(id);
  }

  remove(kind: OAuthKind, id: string): void {
    switch (kind) {
      case 'signing_key':
        return this.#dropKey(id);
      case 'api_client':
        return this.#dropClient(id, this.#clients.get(id)?.record.body);
      case 'organization':
        return this.#dropOrganization(id, this.#organizations.get(id)?.record.body);
      case 'denied':
        this.#denied.delete(id);
        this.#suspected.delete(id);
    }
  }

  /** Every key of every region. */
  get keys(): readonly SigningKey[] {
    return Array.from(this.#keys.values(), ({ key }) => key);
  }

  get keyEntries(): readonly LiveEntry<'signing_key'>[] {
    return Array.from(this.#keys.values(), ({ entry }) => entry);
  }

  keysOf(region: string): readonly KeyEntry[] {
    return [...this.#keys.values()].filter(({ key }) => key.region === region);
  }

  key(kid: string): KeyEntry | undefined {
    return this.#byKid.get(kid);
  }

  /** Clients of an organization. */
  clientsOf(organization: string): readonly ClientEntry[] {
    return [...this.#clients.values()].filter(({ record }) => record.body.organization === organization);
  }

  get organizations(): readonly OrganizationEntry[] {
    return [...this.#organizations.values()];
  }

  client(id: string): ClientEntry | undefined {
    return this.#clients.get(id);
  }

  /** The client that presents itself as `name@account`; the last `@` divides. The account is an organization's alias or name. */
  clientCalled(clientId: string): ClientEntry | undefined {
    const at = clientId.lastIndexOf('@');
    if (at <= 0) return undefined;
    const organization = this.organizationCalled(clientId.slice(at + 1));
    if (organization === undefined) return undefined;
    const id = this.#clientsByName.get(clientName({ organization: organization.record.id, name: clientId.slice(0, at) }));
    return id === undefined ? undefined : this.#clients.get(id);
  }

  organization(id: string): OrganizationEntry | undefined {
    return this.#organizations.get(id);
  }

  /** By its alias, whatever its case, else by its name where only one has it. */
  organizationCalled(account: string): OrganizationEntry | undefined {
    const id = this.#aliases.get(account.toLowerCase());
    if (id !== undefined) return this.#organizations.get(id);
    const named = [...this.#organizations.values()].filter(({ record }) => record.body.name === account);
    return named.length === 1 ? named[0] : undefined;
  }

  /** Whether a token, or another thing that counts once, is refused before its time. */
  isDenied(jti: string): boolean {
    return this.#denied.has(jti) || this.#suspected.has(jti);
  }

  /** How much is denied that counts once, or was revoked before its time. */
  get denials(): number {
    return this.#denied.size;
  }

  /** Denials of what has expired before `at`, milliseconds since the epoch. */
  denialsBefore(at: number): readonly LiveEntry<'denied'>[] {
    return [...this.#denied.values()].filter(({ record }) => record.body.expiresAt < at);
  }

  #putKey(entry: LiveEntry<'signing_key'>): void {
    const { id, body } = entry.record;
    try {
      const known: KeyEntry = { ...verificationKey(signingKeyOf(body)), entry };
      this.#keys.set(id, known);
      this.#byKid.set(body.kid, known);
    } catch {
      this.unreadable.add(id);
    }
  }

  #dropKey(id: string): void {
    this.unreadable.delete(id);
    const kid = this.#keys.get(id)?.key.kid;
    this.#keys.delete(id);
    if (kid !== undefined && this.#byKid.get(kid)?.entry.record.id === id) this.#byKid.delete(kid);
  }

  #dropClient(id: string, body: ApiClientBody | undefined): void {
    this.#clients.delete(id);
    if (body !== undefined && this.#clientsByName.get(clientName(body)) === id) this.#clientsByName.delete(clientName(body));
  }

  #dropOrganization(id: string, body: OrganizationBody | undefined): void {
    this.#organizations.delete(id);
    const alias = body?.alias.toLowerCase();
    if (alias !== undefined && this.#aliases.get(alias) === id) this.#aliases.delete(alias);
  }
}

