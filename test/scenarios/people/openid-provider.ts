import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import Provider from 'oidc-provider';
import { request } from 'undici';

export const CALLBACK = '/authentication/oidc/callback';

/** What the provider says of whoever signs in next. */
export interface Account {
  readonly email: string;
  readonly verified?: boolean;
}

interface TokenAnswer {
  id_token?: string;
  [member: string]: unknown;
}

export interface Forger {
  /** Signs as the provider does. */
  sign(claims: JWTPayload): Promise<string>;
  /** Signs as the provider does, with a key of somebody else. */
  forge(claims: JWTPayload): Promise<string>;
}

/** An OpenID provider of the tests, by the `oidc-provider` package: it lets in whoever `account` names, and answers as `tamper` says. */
export class TestProvider {
  readonly issuer: string;
  readonly clientSecret = randomBytes(24).toString('base64url');
  account: Account = { email: 'nobody@example.com' };
  /** Changes what the token endpoint answers. */
  tamper: ((answer: TokenAnswer, forger: Forger) => Promise<void>) | undefined;
  /** Keeps the token endpoint from answering. */
  silent = false;
  readonly #port: number;
  readonly #server = createServer();
  #redirectUris: readonly string[] = [];

  /** Nothing listens before `start`. */
  constructor(port: number) {
    this.#port = port;
    this.issuer = `http://127.0.0.1:${port}`;
  }

  /** The variables of issuers whose users sign in here. */
  issuerEnv(origins: readonly string[]): Readonly<Record<string, string>> {
    this.#redirectUris = origins.map((origin) => origin + CALLBACK);
    return {
      MINTMARK_OIDC_ISSUER: this.issuer,
      MINTMARK_OIDC_CLIENT_ID: 'mintmark',
      MINTMARK_OIDC_CLIENT_SECRET: this.clientSecret,
      MINTMARK_OIDC_REDIRECT_URLS: this.#redirectUris.join(','),
    };
  }

  get running(): boolean {
    return this.#server.listening;
  }

  async start(): Promise<void> {
    const own = await generateKeyPair('RS256', { extractable: true });
    const foreign = await generateKeyPair('RS256');
    const jwk = { ...(await exportJWK(own.privateKey)), kid: 'own', alg: 'RS256', use: 'sig' };
    const signed = (key: CryptoKey) => (claims: JWTPayload) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'own' }).sign(key);
    const forger = { sign: signed(own.privateKey), forge: signed(foreign.privateKey) };
    const provider = new Provider(this.issuer, {
      clients: [{ client_id: 'mintmark', client_secret: this.clientSecret, redirect_uris: [...this.#redirectUris] }],
      jwks: { keys: [jwk] },
      cookies: { keys: [randomBytes(16).toString('hex')] },
      ttl: { AccessToken: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
      pkce: { required: () => true },
      claims: { openid: ['sub'], email: ['email', 'email_verified'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: this.account.email, email_verified: this.account.verified ?? true }) }),
      async loadExistingGrant({ oidc }) {
        const grant = new oidc.provider.Grant({ clientId: oidc.client?.clientId, accountId: oidc.session?.accountId });
        grant.addOIDCScope('openid email');
        await grant.save();
        return grant;
      },
    });
    provider.use(async (ctx, next) => {
      if (ctx.path.startsWith('/interaction/')) await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: `sub of ${this.account.email}` } });
      else if (ctx.path === '/token' && this.silent) await new Promise(() => undefined);
      else await next();
      if (ctx.path === '/token' && ctx.status === 200) await this.tamper?.(ctx.body as TokenAnswer, forger);
    });
    const answer = provider.callback();
    this.#server.on('request', (incoming, outgoing) => void answer(incoming, outgoing));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Nobody listens any more. */
  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** What a browser does that is sent to the provider: the URL that it is sent back to. */
  async signIn(location: string): Promise<URL> {
    const cookies = new Map<string, string>();
    let at = new URL(location);
    for (let hops = 0; hops < 10; hops += 1) {
      const { statusCode, headers, body } = await request(at, { headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
      const text = await body.text();
      for (const line of [headers['set-cookie'] ?? []].flat()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      if (typeof headers.location !== 'string') throw new Error(`the provider answered ${statusCode}: ${text.slice(0, 500)}`);
      at = new URL(headers.location, at);
      if (at.origin !== this.issuer) return at;
    }
    throw new Error('the provider sends in circles');
  }
}
