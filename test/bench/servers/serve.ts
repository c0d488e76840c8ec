/** What one of these programs can be asked to do. */
export type Commands = Readonly<Record<string, (argument: never) => unknown>>;

interface Request {
  readonly id: number;
  readonly command: string;
  readonly argument: unknown;
}

/** Runs a program for its parent: tells it when it is ready, does what it is asked, and ends with it. */
export async function serve<Argument>(start: (argument: Argument) => Promise<{ readonly ready?: unknown; readonly commands?: Commands }>): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  try {
    const { ready, commands = {} } = await start(JSON.parse(process.argv[2] ?? 'null') as Argument);
    process.on('message', (request: Request) => void answer(commands, request));
    process.send?.({ id: 0, value: ready });
  } catch (error) {
    process.send?.({ id: 0, problem: (error as Error).stack });
  }
}

async function answer(commands: Commands, { id, command, argument }: Request): Promise<void> {
  try {
    process.send?.({ id, value: await commands[command]?.(argument as never) });
  } catch (error) {
    process.send?.({ id, problem: (error as Error).stack });
  }
}
