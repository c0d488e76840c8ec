import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate with its key, as PEM; good for `localhost` and `127.0.0.1`, for a day. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

interface Issuer {
  readonly name: string;
  readonly key: KeyObject;
}

/** A certificate authority for one test; Node makes keys and signatures but no certificates, so the few bytes around them are put together here. */
export function createAuthority(name: string): { readonly ca: string; issue(commonName: string): Certified } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer: Issuer = { name, key: privateKey };
  return {
    ca: certificate(name, publicKey, issuer, true),
    issue(commonName) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return { cert: certificate(commonName, pair.publicKey, issuer, false), key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    },
  };
}

/** X.509 version 3 (RFC 5280), signed with ECDSA and SHA-256. */
function certificate(subject: string, publicKey: KeyObject, issuer: Issuer, authority: boolean): string {
  const algorithm = sequence(oid('2a8648ce3d040302'));
  const serial = randomBytes(8);
  serial[0] = 1;
  const extensions = [
    sequence(oid('551d13'), der(0x01, Buffer.from([0xff])), octets(authority ? sequence(der(0x01, Buffer.from([0xff]))) : sequence())),
    sequence(oid('551d11'), octets(sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1]))))),
  ];
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    named(issuer.name),
    sequence(time(-3_600_000), time(86_400_000)),
    named(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', content, issuer.key)]));
  const base64 = sequence(content, algorithm, signature)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${base64}-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...contents: Buffer[]): Buffer => der(0x30, ...contents);
const octets = (content: Buffer): Buffer => der(0x04, content);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const named = (name: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));

/** UTCTime, relative to now. */
function time(offsetMs: number): Buffer {
  const text = new Date(Date.now() + offsetMs).toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${text}Z`));
}
