import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';

/** Messages of one stream that may be on their way to its socket at once, beside those that wait for their turn. */
const AHEAD = 32;

/**
 * Messages of a stream that are there together leave together. By itself the library sends each when the one before is out: a turn of the event loop here, and a frame for the
 * reader, for every one.
 */
export const sendAhead: ServerInterceptor = ({ responseStream }, call) => (responseStream ? new SendAhead(call) : (call as ServerInterceptingCall));

class SendAhead extends ServerInterceptingCall {
  #underWay = 0;
  #held: (() => void) | undefined;

  override sendMessage(message: unknown, sent: () => void): void {
    this.#underWay += 1;
    super.sendMessage(message, () => this.#left());
    if (this.#underWay < AHEAD) sent();
    else this.#held = sent;
  }

  #left(): void {
    this.#underWay -= 1;
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }
}
