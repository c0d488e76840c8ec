/** Why a filter cannot be used. `syntax`: it is not of the language. `evaluation`: it asks for what the objects do not have. */
export class FilterError extends Error {
  readonly code: 'syntax' | 'evaluation';

  constructor(code: FilterError['code'], message: string) {
    super(message);
    this.name = 'FilterError';
    this.code = code;
  }
}
