import { FerruleError } from '../../errors/ferrule-error.ts';

export type Subject = 'connection' | 'operation' | 'API key';

export function notFound(subject: Subject, id: string): FerruleError {
  return new FerruleError('STORE_NOT_FOUND', `There is no ${subject} ${id}`, { details: { subject, id } });
}

export function conflict(subject: Subject, id: string, given: number, present: number): FerruleError {
  return new FerruleError('STORE_CONFLICT', `The ${subject} ${id} was changed by somebody else`, {
    pointer: '/lockVersion',
    expected: String(present),
    found: String(given),
    details: { subject, id, lockVersion: present },
  });
}

export function exists(subject: Subject, field: 'id' | 'name', value: string): FerruleError {
  const article = subject === 'connection' ? 'a' : 'an';
  return new FerruleError(
    'STORE_EXISTS',
    `There is ${article} ${subject} with the ${field} "${value}" already`,
    {
      pointer: `/${field}`,
      details: { subject, field },
    },
  );
}

/** Throws STORE_CONFLICT when somebody wrote since the caller read. Without an expectation the last writer wins. */
export function assertLockVersion(
  subject: Subject,
  id: string,
  expected: number | undefined,
  present: number,
): void {
  if (expected !== undefined && expected !== present) throw conflict(subject, id, expected, present);
}
