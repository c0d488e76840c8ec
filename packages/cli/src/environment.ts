/** The process's variables, as the entry of the program hands them in. */
export type Environment = Readonly<Record<string, string | undefined>>;
