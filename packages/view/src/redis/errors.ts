import { ViewError } from '../view.ts';

/**
 * Driver errors hold the command with its arguments, among them passwords and records; servers quote arguments of commands that
 * they do not know. Only the text that says what happened is kept.
 */
export function unavailable(problem: unknown): ViewError {
  const text = problemText(problem);
  return new ViewError('unavailable', `redis: ${text}`, { cause: new Error(text) });
}

export function problemText(problem: unknown): string {
  const text = problem instanceof Error ? problem.message || problem.name : String(problem);
  return text.replace(/,? with args beginning with:.*$/s, '');
}

export function isUnknownFunction(problem: unknown): boolean {
  return problem instanceof Error && /^ERR Function not found/.test(problem.message);
}

export function neverFilled(): ViewError {
  return new ViewError('not_ready', 'the view was never filled, or was emptied');
}

export function closed(): ViewError {
  return new ViewError('closed', 'the view is closed');
}
