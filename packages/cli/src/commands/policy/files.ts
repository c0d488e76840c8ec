import type { Diagnostic, Document } from '@mintmark/policy';
import { UsageError } from '../../client/failure.ts';
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

/** The document of a text in Mintmark's language or in Nomad's. Throws `UsageError` with every fault and its place. */
export async function documentOf(path: string, text: string): Promise<Document> {
  const { readRules } = await import('@mintmark/policy');
  const read = readRules(text);
  if (!read.ok) throw new UsageError(read.diagnostics.map((diagnostic) => diagnosticLine(path, diagnostic)).join('\n'));
  return read.document;
}
