import type { Redactor } from '../index.ts';
import type { LogLevel } from './settings.ts';

/** Structured lines. `event` names what happened in a word; fields say the rest, and never hold secrets. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** Resolves when every line has been written. */
  flush(): Promise<void>;
}

export type LogFields = Readonly<Record<string, unknown>>;

export interface LogOptions {
  readonly level: LogLevel;
  /** Masks, in the finished line, every secret it knows, whatever field or message it got into. */
  readonly redactor: Redactor;
  /** Where lines go; the standard error output when left out. */
  readonly write?: (line: string) => void;
}

/** The log of a server: one JSON object per line, written by pino. */
export async function createLog({ level, redactor, write }: LogOptions): Promise<Log> {
  const { pino } = await import('pino');
  const destination = write === undefined ? pino.destination({ dest: 2, sync: true }) : { write };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      messageKey: 'event',
      hooks: { streamWrite: line => redactor.redact(line) },
    },
    destination,
  );
  return {
    info: (event, fields) => logger.info(fields ?? {}, event),
    warn: (event, fields) => logger.warn(fields ?? {}, event),
    error: (event, fields) => logger.error(fields ?? {}, event),
    // The destination is synchronous: a line is out when its call returns.
    flush: async () => undefined,
  };
}
