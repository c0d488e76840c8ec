export { type EnvironmentOptions, type EnvironmentReader, readEnvironment, type Variable, type VariableRow } from './environment.ts';
export { ConfigError, type ConfigFault } from './error.ts';
export {
  type Address,
  addressForm,
  choiceForm,
  durationForm,
  flagForm,
  type Form,
  formatDuration,
  integerForm,
  listForm,
  mapForm,
  type Parsed,
  textForm,
  urlForm,
} from './forms.ts';
export { Secret } from './secret.ts';
