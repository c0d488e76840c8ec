import { type ServiceDefinition, status } from '@grpc/grpc-js';
import { Calls, type OnError } from './calls.ts';
import { ownStatus, type RpcStatus, type ToStatus } from './status.ts';

export interface MethodOptions {
  /** Overrides the server's own. */
  readonly toStatus?: ToStatus;
  readonly onError?: OnError;
  /** For public unary methods: the deadline of callers that name none. Without it such calls are refused. */
  readonly defaultDeadlineMs?: number;
}

const MAKE = Symbol('make');

interface Bindable {
  [MAKE]?: (calls: Calls) => unknown;
}

/** A handler that a server can bind to the calls it has in hand. Outside a server it works, bound to nobody's. */
export function bindable<Handler extends object>(make: (calls: Calls) => Handler): Handler {
  return Object.assign(make(new Calls({})), { [MAKE]: make });
}

/** The handler as bound to a server; a handler that was not made by this kit stays as it is. */
export function bind<Handler extends object>(handler: Handler, calls: Calls): { handler: Handler; ours: boolean } {
  const make = (handler as Bindable)[MAKE];
  return make === undefined ? { handler, ours: false } : { handler: make(calls) as Handler, ours: true };
}

/** Stands for a request whose bytes are no message of the method's type, so that a handler can refuse it in words. */
export const UNDECODABLE = Symbol('undecodable');

export const NO_DEADLINE: RpcStatus = ownStatus(status.INVALID_ARGUMENT, 'the call has no deadline: set one (header grpc-timeout, e.g. 5S)');

export function undecodableStatus(method: string): RpcStatus {
  return ownStatus(status.INVALID_ARGUMENT, `the request is not a message that ${method} accepts`);
}

/**
 * The definition with codecs that neither hide nor leak failures: bytes that are no message become `UNDECODABLE` for handlers of this
 * kit, and an answer that cannot be encoded is reported before the caller gets an opaque `INTERNAL`.
 */
export function guarded(definition: ServiceDefinition, ours: (name: string) => boolean, calls: Calls): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => {
      const { requestDeserialize, responseSerialize, path } = method;
      const decode = (bytes: Buffer): unknown => {
        try {
          return requestDeserialize(bytes);
        } catch {
          return UNDECODABLE;
        }
      };
      const encode = (message: unknown): Buffer => {
        try {
          return responseSerialize(message as never);
        } catch (error) {
          calls.report(error, { method: path, requestId: '' });
          throw error;
        }
      };
      return [name, ours(name) ? { ...method, requestDeserialize: decode as never, responseSerialize: encode as never } : method];
    }),
  );
}
