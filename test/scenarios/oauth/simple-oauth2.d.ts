/** What is used here of a library that comes without types. */
declare module 'simple-oauth2' {
  interface Settings {
    readonly client: { readonly id: string; readonly secret: string };
    readonly auth: { readonly tokenHost: string; readonly tokenPath: string; readonly revokePath: string };
    readonly options?: { readonly authorizationMethod?: 'header' | 'body' };
  }
  export class ClientCredentials {
    constructor(settings: Settings);
    getToken(params: { readonly scope?: string }): Promise<{ readonly token: { readonly access_token: string }; revoke(kind: 'access_token'): Promise<void> }>;
  }
}
