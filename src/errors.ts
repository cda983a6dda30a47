export {
  type Category,
  type ErrorCode,
  type ErrorCodeEntry,
  errorCodes,
  type Stage,
} from './errors/error-codes.ts';
export { FerruleError, type FerruleErrorOptions, type Issue } from './errors/ferrule-error.ts';
