import type { Diagnostic } from '@mintmark/policy';
import { print } from '../../output/print.ts';

/** A file's name in output; standard input has one too. */
export function shownName(path: string): string {
  return path === '-' ? 'stdin' : path;
}

/** Prints diagnostics as compilers do, so that editors find the place. Returns whether there is an error among them. */
export function printDiagnostics(path: string, diagnostics: readonly Diagnostic[]): boolean {
  for (const diagnostic of diagnostics) print(diagnosticLine(path, diagnostic));
  return diagnostics.some(({ severity }) => severity === 'error');
}

export function diagnosticLine(path: string, { severity, line, column, message }: Diagnostic): string {
  return `${shownName(path)}:${line}:${column}: ${severity}: ${message}`;
}
