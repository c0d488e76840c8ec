import { connect } from 'node:net';

/** What came back on a bare connection: the bytes, or nothing where the server closed it. */
export interface RawReply {
  /** Status of the first answer; 0 where none came before the end. */
  readonly status: number;
  readonly text: string;
  /** Whether the server ended the connection by itself. */
  readonly ended: boolean;
}

/** Sends bytes as they are and reads until the server ends the connection, an answer is complete, or `within` milliseconds are over. */
export function sendRaw(origin: string, bytes: Buffer | string, within = 5_000): Promise<RawReply> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    let text = '';
    let finished = false;
    const finish = (ended: boolean): void => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text, ended });
    };
    const timer = setTimeout(() => finish(false), within);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (isComplete(text)) finish(false);
    });
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
    socket.write(bytes);
  });
}

function isComplete(text: string): boolean {
  const split = text.indexOf('\r\n\r\n');
  if (split < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, split))?.[1];
  return length !== undefined && text.length - split - 4 >= Number(length);
}
