/** Says on standard error what went wrong and makes the process end with code 1. */
export function failed(error: unknown): void {
  process.stderr.write(`mintmark: ${explain(error)}\n`);
  process.exitCode = 1;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (code === 'EADDRINUSE') return `${address ?? ''}:${port ?? ''} is in use: stop what listens there, or choose another --port`;
  if (code === 'EACCES') return `${error.message}: choose another folder or port, or run with the right to use it`;
  return error.message;
}
