import { styleText } from 'node:util';

/** Prints to standard output; a line feed is added where there is none. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Prints what went wrong, and below it what to do next. */
export function complain([problem = '', ...more]: readonly string[], color: boolean): void {
  const shown = color && process.stderr.isTTY ? styleText('red', problem) : problem;
  process.stderr.write(`${[shown, ...more].join('\n')}\n`);
}

export function warn(text: string): void {
  process.stderr.write(`Warning: ${text}\n`);
}
