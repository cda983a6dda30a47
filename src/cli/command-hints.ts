import { type ErrorCode, errorCodes, type FerruleError } from '../index.ts';

/** What to do about an error in terms of the command line, where the engine's advice is for programs. */
export function toCommandHint({ code, hint }: FerruleError): string {
  return hint === errorCodes[code].remedy ? (hints.get(code) ?? hint) : hint;
}

const hints: ReadonlyMap<ErrorCode, string> = new Map<ErrorCode, string>([
  ['OPERATION_UNKNOWN', 'Name one of its operations; "ferrule inspect <definition>" lists them.'],
  ['PARAMETER_MISSING', 'Pass it: --param "Name=value". "ferrule inspect" shows what an operation takes.'],
  ['PARAMETER_UNKNOWN', 'Leave it out, or use the suggested name. --lenient makes this a warning.'],
  ['SECRET_MISSING', 'Pass it: --secret-env "Name=VARIABLE" takes it from an environment variable.'],
  ['INTERNAL_DEFECT', 'Please report it, with what ferrule run shows under --debug.'],
  ['FLOW_FAILED', 'Look at what it logged; --debug shows where it failed.'],
  ['DEADLINE_EXCEEDED', 'Raise --timeout, or timeouts.totalMs of the definition; or ask for less.'],
]);
