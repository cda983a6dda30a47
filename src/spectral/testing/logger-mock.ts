import type { CodeNativeActionLogger } from '../action-context.ts';
import { type RecordedFunction, recordedFunction } from './recorded-function.ts';

/** A logger whose functions remember their calls: `logger.info.mock.calls`. It writes nothing. */
export type LoggerMock = {
  [Name in keyof CodeNativeActionLogger]: RecordedFunction<Parameters<CodeNativeActionLogger[Name]>, void>;
};

export function loggerMock(): LoggerMock {
  const log = (name: string) => recordedFunction<unknown[], void>(name);
  return {
    metric: log('metric'),
    trace: log('trace'),
    debug: log('debug'),
    info: log('info'),
    log: log('log'),
    warn: log('warn'),
    error: log('error'),
    section: recordedFunction('section'),
    sectionEnd: recordedFunction('sectionEnd'),
  };
}
