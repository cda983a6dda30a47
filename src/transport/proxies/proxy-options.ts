import { SecretValue } from '../../base/secret-value.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { ProxyOptions, ProxyPlace } from './proxy-server.ts';

const isAbsent = (value: unknown) => value === undefined || value === null;
const isText = (value: unknown) => isAbsent(value) || typeof value === 'string';
const isCredential = (value: unknown) => isText(value) || value instanceof SecretValue;
const isList = (value: unknown) =>
  value === undefined || (Array.isArray(value) && value.every(each => typeof each === 'string'));

const kinds: Readonly<Record<keyof ProxyOptions, readonly [(value: unknown) => boolean, expected: string]>> =
  {
    url: [value => typeof value === 'string', 'a text'],
    username: [isCredential, 'a text or a SecretValue'],
    password: [isCredential, 'a text or a SecretValue'],
    noProxy: [isList, 'a list of texts'],
    caCert: [isText, 'a text'],
  };

/**
 * Options come from programs without types too, and an exception or a password that is misspelt would be ignored.
 * @throws FerruleError `place.code`, without any of the values
 */
export function assertProxyOptions(options: object, { pointer, code }: ProxyPlace): void {
  const stray = Object.keys(options).find(name => !Object.hasOwn(kinds, name));
  if (stray !== undefined) {
    const expected = Object.keys(kinds).join(', ');
    throw new FerruleError(code, 'The proxy has a field that is not known', {
      pointer,
      expected,
      found: stray,
    });
  }
  for (const [name, [isRight, expected]] of Object.entries(kinds)) {
    if (isRight(Reflect.get(options, name))) continue;
    throw new FerruleError(code, `The ${name} of the proxy cannot be used`, {
      pointer: `${pointer}/${name}`,
      expected,
    });
  }
}
