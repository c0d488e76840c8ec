import { Refusal } from '@mintmark/domain';
import { CallEnded, DeadlineExceeded } from '@mintmark/kit/lifecycle';
import { LogError } from '@mintmark/log';
import { ViewError } from '@mintmark/view';

/** Hears of what no part of the system expects. */
export type OnDefect = (where: string, error: unknown) => void;

/** Hears of a record, by kind and id, that a service refused to believe. */
export type OnRefused = (record: string, problem: string) => void;

/** Whether an error is one of those by which parts tell each other what they cannot do now. */
export function isExpected(error: unknown): boolean {
  return error instanceof Refusal || error instanceof LogError || error instanceof ViewError || error instanceof CallEnded || error instanceof DeadlineExceeded;
}

/** Events of a service that hears only of defects. */
export function deafTo<Events extends object>(special: Partial<Events>): Events {
  return new Proxy(special, { get: (given, name) => given[name as keyof typeof given] ?? (() => undefined) }) as Events;
}
