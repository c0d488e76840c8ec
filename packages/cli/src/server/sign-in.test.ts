import { ConfigError, readEnvironment } from '@mintmark/kit/config';
import { describe, expect, test } from 'vitest';
import { readSignIn } from './sign-in.ts';

const REDIRECT = 'https://mint.example/authentication/oidc/callback';
const WHOLE = { MINTMARK_OIDC_ISSUER: 'https://login.example', MINTMARK_OIDC_CLIENT_ID: 'mintmark', MINTMARK_OIDC_REDIRECT_URLS: REDIRECT };

function read(env: Readonly<Record<string, string>>) {
  const reader = readEnvironment(env);
  const settings = readSignIn(reader);
  return reader.finish(() => settings);
}

function faults(env: Readonly<Record<string, string>>): string[] {
  try {
    read(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ variable, problem }) => `${variable}: ${problem}`);
  }
}

describe('variables of the OpenID provider', () => {
  test('none of them is no provider; three of them are one, with verified addresses as usernames', () => {
    expect(read({})).toBeUndefined();
    expect(read(WHOLE)).toMatchObject({ clientId: 'mintmark', clientSecret: undefined, scopes: ['openid', 'email'], usernameClaim: 'email', redirectUrls: [new URL(REDIRECT)] });
    expect(JSON.stringify(read({ ...WHOLE, MINTMARK_OIDC_CLIENT_SECRET: 'canary' }))).not.toContain('canary');
  });

  test.each([
    ['a provider over http', { ...WHOLE, MINTMARK_OIDC_ISSUER: 'http://login.example' }, 'MINTMARK_OIDC_ISSUER: must be an https URL: http counts on loopback only'],
    ['a host that looks like loopback', { ...WHOLE, MINTMARK_OIDC_ISSUER: 'http://127.0.0.1.example' }, 'MINTMARK_OIDC_ISSUER: must be an https URL: http counts on loopback only'],
    ['a redirect over http', { ...WHOLE, MINTMARK_OIDC_REDIRECT_URLS: `${REDIRECT},http://mint.example/authentication/oidc/callback` }, 'MINTMARK_OIDC_REDIRECT_URLS: must be https URLs: http counts on loopback only'],
    ['scopes without openid', { ...WHOLE, MINTMARK_OIDC_SCOPES: 'email' }, 'MINTMARK_OIDC_SCOPES: must have openid among them'],
    ['a client without a provider', { MINTMARK_OIDC_CLIENT_ID: 'mintmark' }, 'MINTMARK_OIDC_CLIENT_ID: is of no use without MINTMARK_OIDC_ISSUER'],
    ['a secret without a provider', { MINTMARK_OIDC_CLIENT_SECRET: 'canary' }, 'MINTMARK_OIDC_CLIENT_SECRET: is of no use without MINTMARK_OIDC_ISSUER'],
  ])('%s is a fault that names the variable', (_, env, fault) => {
    expect(faults(env)).toEqual([fault]);
  });

  test('a provider alone is told all that it lacks', () => {
    const lacks = ['CLIENT_ID', 'REDIRECT_URLS'].map((name) => `MINTMARK_OIDC_${name}: is needed together with MINTMARK_OIDC_ISSUER`);
    expect(faults({ MINTMARK_OIDC_ISSUER: 'http://[::1]:9000' })).toEqual(lacks);
  });
});
