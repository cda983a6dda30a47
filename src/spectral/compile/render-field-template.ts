import { FerruleError } from '../../errors.ts';
import { parseFieldTags } from './field-tags.ts';

/**
 * The value of an input of type `template`. In a URL each value is escaped for its place: it can be a host or a part of one, a
 * port, one segment of the path or one value of the query, and never adds another host, user, segment or parameter. A template
 * that begins with a field takes a whole URL from it. Anything that is no URL is put together as it is.
 * @throws FerruleError VALUE_REFUSED
 */
export function renderFieldTemplate(
  template: string,
  read: (name: string) => string,
  pointer: string,
): string {
  let text = '';
  parseFieldTags(template).forEach((piece, at) => {
    if ('name' in piece) {
      text += escapeFor(placeAfter(text), read(piece.name), { name: piece.name, pointer });
    } else {
      // A field that is a whole URL may end in the slash with which the template goes on.
      const isDoubled = at === 1 && placeAfter(text) === 'path' && text.endsWith('/');
      text += isDoubled ? piece.literal.replace(/^\//, '') : piece.literal;
    }
  });
  return text;
}

type Place = 'start' | 'authority' | 'path' | 'query' | 'text';

/** Where the next character of a text stands. */
function placeAfter(text: string): Place {
  if (text === '') return 'start';
  const afterScheme = /^[a-z][a-z\d+.-]*:\/\/(.*)$/is.exec(text)?.[1];
  if (afterScheme === undefined) return 'text';
  if (/[?#]/.test(afterScheme)) return 'query';
  return afterScheme.includes('/') ? 'path' : 'authority';
}

function escapeFor(
  place: Place,
  value: string,
  { name, pointer }: { readonly name: string; readonly pointer: string },
): string {
  const refused = (expected: string) =>
    new FerruleError('VALUE_REFUSED', `The value of "${name}" does not fit where the template has it`, {
      pointer,
      expected,
    });
  switch (place) {
    case 'start':
    case 'text':
      if (/[\0\r\n]/.test(value)) throw refused('a text of one line');
      if (place === 'start' && /^[a-z][a-z\d+.-]*:\/\//i.test(value)) assertPlainUrl(value, refused);
      return value;
    case 'authority':
      if (!/^[A-Za-z0-9.-]+$/.test(value)) throw refused('a host or a part of one, such as acme');
      return value;
    case 'path':
    case 'query':
      if (value === '.' || value === '..') throw refused('a name, and not a step in the path');
      return encodeURIComponent(value.toWellFormed());
  }
}

function assertPlainUrl(value: string, refused: (expected: string) => FerruleError): void {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '' || /\s/.test(value)) {
    throw refused('a URL without user and password');
  }
}
