import { format } from 'node:util';
import type { ActionLogger, CodeNativeActionLogger } from '../action-context.ts';

export type LogLevel = Exclude<keyof ActionLogger, 'log'>;

export interface LogEntry {
  readonly level: LogLevel;
  /** Secrets masked. */
  readonly message: string;
}

/** The logger of a run. What code writes is kept for the report and goes on to `listener`, secrets masked both times. */
export function createFlowLog(
  mask: (text: string) => string,
  listener?: (entry: LogEntry) => void,
): { readonly logger: CodeNativeActionLogger; readonly entries: readonly LogEntry[] } {
  const entries: LogEntry[] = [];
  const write =
    (level: LogLevel) =>
    (...args: unknown[]) => {
      const entry = { level, message: mask(format(...args)) };
      // A flow that logs without end must not fill the memory; the listener still gets everything.
      if (entries.length < MAX_ENTRIES) entries.push(entry);
      listener?.(entry);
    };
  const logger = {
    metric: write('metric'),
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    log: write('info'),
    warn: write('warn'),
    error: write('error'),
    section: (label: string) => write('info')(`section: ${label}`),
    sectionEnd: ({ label }: { label: string }) => write('info')(`end of section: ${label}`),
  };
  return { logger, entries };
}

const MAX_ENTRIES = 10_000;
