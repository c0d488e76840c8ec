/** Why work on a caller's behalf was aborted; the reason of the signals that handlers get. */
export class CallEnded extends Error {
  override readonly name = 'CallEnded';
  readonly code: 'deadline_exceeded' | 'cancelled' | 'stopping';

  constructor(code: CallEnded['code']) {
    super(MESSAGES[code]);
    this.code = code;
  }
}

const MESSAGES: Readonly<Record<CallEnded['code'], string>> = {
  deadline_exceeded: 'the deadline of the call has passed',
  cancelled: 'the caller has cancelled the call',
  stopping: 'the server is stopping',
};
