/** One thing wrong with the configuration. The problem says what is accepted and never repeats a secret. */
export interface ConfigFault {
  readonly variable: string;
  readonly problem: string;
}

/** Everything that is wrong with the configuration, at once. The message has one line per variable and is fit to be printed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'invalid_configuration';
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    const lines = faults.map(({ variable, problem }) => `  ${variable}: ${problem}`);
    super(`the configuration has ${faults.length === 1 ? 'one fault' : `${faults.length} faults`}\n${lines.join('\n')}`);
    this.faults = faults;
  }
}
