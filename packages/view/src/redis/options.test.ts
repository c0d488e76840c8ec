import { describe, expect, it } from 'vitest';
import { driverOptions, type RedisEndpoint } from './options.ts';

function addressOf(endpoint: RedisEndpoint): object {
  const { host, port, username, password, db, tls } = driverOptions(endpoint, 1000);
  return { host, port, username, password, db, tls };
}

const NOTHING = { username: undefined, password: undefined, db: undefined, tls: undefined };

describe('driverOptions', () => {
  it('reads addresses', () => {
    expect(addressOf({ url: 'redis://redis.local' })).toEqual({ ...NOTHING, host: 'redis.local', port: 6379 });
    expect(addressOf({ url: 'redis://127.0.0.1:7000/3' })).toEqual({ ...NOTHING, host: '127.0.0.1', port: 7000, db: 3 });
    expect(addressOf({ url: 'rediss://u%40x:p%3Aw@[::1]:7000/' })).toEqual({ ...NOTHING, host: '::1', port: 7000, username: 'u@x', password: 'p:w', tls: {} });
    expect(addressOf({ url: 'rediss://h', tls: { ca: 'pem' } })).toEqual({ ...NOTHING, host: 'h', port: 6379, tls: { ca: 'pem' } });
    expect(addressOf({ host: 'h', port: 1, username: 'u', password: 'p', tls: true })).toEqual({ host: 'h', port: 1, username: 'u', password: 'p', db: undefined, tls: {} });
  });

  it('refuses what is none, without repeating it', () => {
    for (const url of ['', 'h:1', 'http://h', 'redis://', 'redis://u:canary@h/x', 'redis://h/1/2', 'redis://h:99999']) {
      const read = (): unknown => driverOptions({ url }, 1000);
      expect(read).toThrow(RangeError);
      expect(read).not.toThrow(/canary/);
    }
    expect(() => driverOptions({ url: 'redis://h', tls: {} }, 1000)).toThrow(/rediss/);
  });

  it('never lets the driver send a command twice or keep it for later', () => {
    expect(driverOptions({ url: 'redis://h' }, 1000)).toMatchObject({ enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 });
  });

  it('tries again within a quarter of a second, however often it failed', () => {
    const { retryStrategy } = driverOptions({ url: 'redis://h' }, 1000);
    for (const attempt of [1, 2, 5, 100, 1e6]) expect(retryStrategy?.(attempt)).toBeLessThanOrEqual(250);
  });
});
