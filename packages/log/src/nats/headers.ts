import { type MsgHdrs, MsgHdrsImpl } from '@nats-io/transport-node';

/** By which tools of NATS tell a deleted key. */
export const OPERATION = 'KV-Operation';
/** By which the server knows a repetition within its duplicate window. */
const MESSAGE_ID = 'Nats-Msg-Id';
/** Kept with the message, and so tells afterwards what it was written upon. */
export const EXPECTED_LAST_OF_SUBJECT = 'Nats-Expected-Last-Subject-Sequence';
const EXPECTED_LAST = 'Nats-Expected-Last-Sequence';

/** What a publish stands on, as sequences. */
export type ExpectedSequence = { readonly ofSubject: number } | { readonly ofStream: number };

export function publishHeaders(
  expected: ExpectedSequence,
  { messageId, deletes = false }: { readonly messageId?: string; readonly deletes?: boolean } = {},
): MsgHdrs {
  return MsgHdrsImpl.fromRecord({
    ...('ofSubject' in expected ? { [EXPECTED_LAST_OF_SUBJECT]: [String(expected.ofSubject)] } : { [EXPECTED_LAST]: [String(expected.ofStream)] }),
    ...(messageId === undefined ? {} : { [MESSAGE_ID]: [encodeURIComponent(messageId)] }),
    ...(deletes ? { [OPERATION]: ['DEL'] } : {}),
  });
}
