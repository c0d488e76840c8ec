import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';

/** Paths of PEM files. Both sides show a certificate that the authority in `ca` has signed. */
export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Plain text (loopback and tests), or mutual TLS. Reads the files now; a file that cannot be read is an error that names it. */
export function channelCredentials(tls: TlsFiles | 'insecure'): ChannelCredentials {
  if (tls === 'insecure') return ChannelCredentials.createInsecure();
  return using(tls, ({ ca, cert, key }) => ChannelCredentials.createSsl(ca, key, cert));
}

/** As `channelCredentials`; a client without a certificate that `ca` has signed cannot connect. */
export function serverCredentials(tls: TlsFiles | 'insecure'): ServerCredentials {
  if (tls === 'insecure') return ServerCredentials.createInsecure();
  return using(tls, ({ ca, cert, key }) => {
    // The server would only find out at its first connection.
    createSecureContext({ ca, cert, key });
    return ServerCredentials.createSsl(ca, [{ private_key: key, cert_chain: cert }], true);
  });
}

function using<T>(tls: TlsFiles, make: (contents: Record<keyof TlsFiles, Buffer>) => T): T {
  const contents = { ca: pem('ca', tls.ca), cert: pem('cert', tls.cert), key: pem('key', tls.key) };
  try {
    return make(contents);
  } catch (error) {
    throw new Error(`these TLS files do not go together: ca ${tls.ca}, cert ${tls.cert}, key ${tls.key}`, { cause: error });
  }
}

function pem(role: keyof TlsFiles, path: string): Buffer {
  const content = readFileSync(path);
  if (!content.includes('-----BEGIN ')) throw new Error(`the TLS file for ${role} is not PEM: ${path}`);
  return content;
}
