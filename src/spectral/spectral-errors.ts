import type { Connection } from './connection-value.ts';

/** The errors that code written for the SDK raises itself; those of Ferrule are FerruleErrors. */
export class SpectralError extends Error {
  readonly isSpectralError = true;

  constructor(message: string) {
    super(message);
    this.name = 'SpectralError';
  }
}

/** Says that a connection does not work, and which. */
export class ConnectionError extends SpectralError {
  declare readonly connection: Connection;

  constructor(connection: Connection, message: string) {
    super(message);
    this.name = 'ConnectionError';
    // Not enumerable: its fields are credentials, which whoever logs an error would write down.
    Object.defineProperty(this, 'connection', { value: connection });
  }
}

export function isSpectralError(value: unknown): value is SpectralError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'isSpectralError' in value &&
    value.isSpectralError === true
  );
}

export function isConnectionError(value: unknown): value is ConnectionError {
  return isSpectralError(value) && 'connection' in value;
}
