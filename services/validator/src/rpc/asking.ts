import { Refusal } from '@mintmark/domain';
import type { CallContext } from '@mintmark/kit/rpc';

/** The peer's address without its port. */
export function addressOf({ peer }: Pick<CallContext, 'peer'>): string {
  return peer.slice(0, peer.lastIndexOf(':'));
}

/** Refusals of one of many requests name its place. */
export function named<T>(at: number, judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(error.code, `request ${at}: ${error.message}`, { cause: error });
    throw error;
  }
}
