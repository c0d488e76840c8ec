import {
  type CallOptions,
  type ChannelCredentials,
  type Client,
  type ClientDuplexStream,
  type ClientOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  type MethodDefinition,
  makeGenericClientConstructor,
  type Metadata,
  type ServiceDefinition,
  type ServiceError,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { channelCredentials, createClient, type RpcServer, type RpcServerOptions, serverCredentials, startRpcServer } from './index.ts';

/** A service of its own for these tests, with JSON as the message form. */
export interface Note {
  readonly text: string;
}

type Callback = (error: ServiceError | null, response: Note) => void;

export interface EchoClient extends Client {
  say(request: Note, callback: Callback): ClientUnaryCall;
  say(request: Note, metadata: Metadata, callback: Callback): ClientUnaryCall;
  say(request: Note, metadata: Metadata, options: Partial<CallOptions>, callback: Callback): ClientUnaryCall;
  count(request: Note, options?: Partial<CallOptions>): ClientReadableStream<Note>;
  count(request: Note, metadata?: Metadata, options?: Partial<CallOptions>): ClientReadableStream<Note>;
  chat(): ClientDuplexStream<Note, Note>;
  chat(options: Partial<CallOptions>): ClientDuplexStream<Note, Note>;
  chat(metadata: Metadata, options?: Partial<CallOptions>): ClientDuplexStream<Note, Note>;
}

const encode = (note: Note): Buffer => Buffer.from(JSON.stringify(note));
const decode = (bytes: Buffer): Note => JSON.parse(bytes.toString()) as Note;

function method(name: string, requestStream: boolean, responseStream: boolean): MethodDefinition<Note, Note> {
  return {
    path: `/kit.test.Echo/${name}`,
    requestStream,
    responseStream,
    requestSerialize: encode,
    requestDeserialize: decode,
    responseSerialize: encode,
    responseDeserialize: decode,
  };
}

export const ECHO = 'kit.test.Echo';
export const echoDefinition: ServiceDefinition = { say: method('Say', false, false), count: method('Count', false, true), chat: method('Chat', true, true) };
export const EchoClient = makeGenericClientConstructor(echoDefinition, ECHO) as unknown as new (
  address: string,
  credentials: ChannelCredentials,
  options?: Partial<ClientOptions>,
) => EchoClient;

export const ECHO_PROTO = `syntax = "proto3";
package kit.test;
service Echo {
  rpc Say(Note) returns (Note);
  rpc Count(Note) returns (stream Note);
  rpc Chat(stream Note) returns (stream Note);
}
message Note { string text = 1; }
`;

export interface Echo extends AsyncDisposable {
  readonly server: RpcServer;
  readonly client: EchoClient;
}

const absent = (): never => {
  throw new Error('not part of this test');
};

/** A server with these methods on a free port, and a client of it. */
export async function startEcho(implementation: UntypedServiceImplementation, options: Partial<RpcServerOptions> = {}): Promise<Echo> {
  const server = await startRpcServer({
    host: '127.0.0.1',
    port: 0,
    credentials: serverCredentials('insecure'),
    reflection: false,
    services: [{ definition: echoDefinition, implementation: { say: absent, count: absent, chat: absent, ...implementation } }],
    ...options,
  });
  const client = createClient(EchoClient, `127.0.0.1:${server.port}`, channelCredentials('insecure'));
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      await server.stop(0);
    },
  };
}

/** What the promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<ServiceError> {
  return await promise.then(
    () => {
      throw new Error('expected a failure');
    },
    (error: ServiceError) => error,
  );
}
