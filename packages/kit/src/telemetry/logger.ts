import { type DestinationStream, type Logger as Pino, pino } from 'pino';
import { redacted, text } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * One JSON line per event. Fields are redacted by name (secrets, passwords, credentials, authorization and token headers) and bounded; an
 * error goes under `error`. Logging never throws.
 */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  readonly service: string;
  readonly region: string;
  /** Lines below it cost next to nothing. */
  readonly level: LogLevel;
  /** Where lines go, each ending in a line feed. Default: standard output, written before the call returns. */
  readonly destination?: { write(line: string): unknown };
}

export function createLogger(options: LoggerOptions): Logger {
  const settings = {
    level: options.level,
    base: { service: options.service, region: options.region },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    messageKey: 'message',
    errorKey: 'error',
    serializers: { error: (failure: unknown) => failure },
  };
  return over(options.destination === undefined ? pino(settings) : pino(settings, options.destination as DestinationStream));
}

/** Members that every line has; a field of such a name gets an underscore, so that no line has a member twice. */
const RESERVED: ReadonlySet<string> = new Set(['level', 'time', 'service', 'region', 'message']);

/** Fields as a line has them: safe, and named as in the protocol, `request_id` for `requestId`. */
function safe(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(redacted(fields) as LogFields).map(([name, value]) => [RESERVED.has(name) ? `${name}_` : inSnakeCase(name), value]));
}

function inSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function over(lines: Pino): Logger {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: LogFields, message: string): void => {
      if (!lines.isLevelEnabled(level)) return;
      try {
        lines[level](safe(fields), text(message));
      } catch {
        // The destination is gone; there is nowhere left to say so.
      }
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => over(lines.child(safe(fields))),
  };
}
