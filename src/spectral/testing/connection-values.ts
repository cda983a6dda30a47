import { FerruleError } from '../../errors.ts';
import type { Connection } from '../connection-value.ts';

/** Where `connectionValue` looks unless it is told otherwise. `ferrule run --connection` puts a resolved connection there. */
export const defaultConnectionValueEnvironmentVariable = 'PRISMATIC_CONNECTION_VALUE';

/** The value of a connection, for code under test. */
export function createConnection(
  { key }: { key: string },
  values: Record<string, unknown>,
  tokenValues?: Record<string, unknown>,
  displayName = '',
): Connection {
  const connection = { configVarKey: displayName, key, fields: values };
  return tokenValues === undefined ? connection : { ...connection, token: tokenValues };
}

/**
 * The connection that a variable of the environment holds as JSON.
 * @throws FerruleError SECRET_MISSING, PARAMETER_INVALID; what the variable holds is not told
 */
export function connectionValue(variable: string = defaultConnectionValueEnvironmentVariable): Connection {
  const text = process.env[variable];
  if (text === undefined || text === '') {
    throw new FerruleError('SECRET_MISSING', `The environment has no ${variable}`, {
      expected: 'a connection as JSON',
      hint: 'Start the tests by `ferrule run --connection NAME -- COMMAND`, or set the variable.',
    });
  }
  return { ...readConnection(text, variable), key: '' };
}

function readConnection(text: string, variable: string): Connection {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Connection;
  } catch {
    // What JSON.parse says quotes the text, which holds credentials.
  }
  throw new FerruleError('PARAMETER_INVALID', `The variable ${variable} cannot be read`, {
    expected: 'a connection as JSON, such as {"fields":{}}',
  });
}
