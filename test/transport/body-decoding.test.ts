import { describe, expect, test } from 'vitest';
import {
  decodeText,
  isJsonMediaType,
  isTextMediaType,
  parseContentType,
  parseJsonBody,
} from '../../src/transport/bodies/body-decoding.ts';
import { failureOf } from '../support/failure-of.ts';

const decode = (bytes: Uint8Array, contentType?: string) => decodeText(bytes, parseContentType(contentType));

test.each([
  [undefined, '', undefined],
  ['application/json', 'application/json', undefined],
  ['Text/HTML; Charset="UTF-8"', 'text/html', 'utf-8'],
  ['text/plain;charset=iso-8859-1; x=y', 'text/plain', 'iso-8859-1'],
  ['text/plain; charset=', 'text/plain', undefined],
  ['text/plain; charset=a; charset=b', 'text/plain', 'a'],
  [';', '', undefined],
])('%j is the media type %j in %j', (value, mediaType, charset) => {
  expect(parseContentType(value)).toEqual({ mediaType, charset });
});

test.each([
  ['application/json', true, true],
  ['application/problem+json', true, true],
  ['text/json', true, true],
  ['application/xml', false, true],
  ['application/soap+xml', false, true],
  ['text/plain', false, true],
  ['application/x-www-form-urlencoded', false, true],
  ['application/octet-stream', false, false],
  ['application/json-seq', false, true],
  ['image/png', false, false],
  ['', false, false],
])('%j: JSON %s, text %s', (mediaType, json, text) => {
  expect([isJsonMediaType(mediaType), isTextMediaType(mediaType)]).toEqual([json, text]);
});

describe('text is decoded', () => {
  test.each([
    ['UTF-8 without being told', Buffer.from('grüße ☃'), undefined, 'grüße ☃'],
    ['UTF-8 with a mark', Buffer.from('\ufeffgrüße'), 'text/plain; charset=latin1', 'grüße'],
    ['ISO 8859-1', Buffer.from('grüße', 'latin1'), 'text/plain; charset=ISO-8859-1', 'grüße'],
    ['windows-1252', Buffer.from([0x80, 0x93]), 'text/plain; charset=windows-1252', '€“'],
    ['UTF-16LE by its name', Buffer.from('grüße', 'utf16le'), 'text/plain; charset=utf-16le', 'grüße'],
    ['UTF-16LE by its mark', Buffer.from('\ufeffgrüße', 'utf16le'), 'text/plain', 'grüße'],
    ['UTF-16BE by its mark', Buffer.from([0xfe, 0xff, 0x00, 0x61]), undefined, 'a'],
    ['wrong bytes as replacement characters', Buffer.from([0x61, 0xff]), undefined, 'a\ufffd'],
    ['nothing', Buffer.alloc(0), 'text/plain', ''],
    ['a part of a larger buffer', Buffer.from('xxabcxx').subarray(2, 5), undefined, 'abc'],
  ])('%s', (_, bytes, contentType, text) => {
    expect(decode(bytes, contentType)).toBe(text);
  });

  test('an unknown character set is BODY_MALFORMED and named', async () => {
    const error = await failureOf(() => decode(Buffer.from('x'), 'text/plain; charset=klingon'));
    expect([error.code, error.found]).toEqual(['BODY_MALFORMED', '"klingon"']);
  });
});

describe('JSON', () => {
  const parse = (text: string) => parseJsonBody(Buffer.from(text), parseContentType('application/json'));

  test('values come out, and an empty body is undefined', () => {
    expect(parse('{"a":[1,"x",null]}')).toEqual({ a: [1, 'x', null] });
    expect(parse('\ufeff 1 ')).toBe(1);
    expect([parse(''), parse(' \n')]).toEqual([undefined, undefined]);
  });

  test.each([
    ['{"s3cret": ', 'broken JSON of 11 characters'],
    ['<!DOCTYPE html><p>s3cret', 'an HTML page'],
    ['<s3cret/>', 'XML or HTML'],
    ['s3cret', 'text of 6 characters'],
  ])('%j is BODY_MALFORMED, described without being shown', async (text, found) => {
    const error = await failureOf(() => parse(text));
    expect(error.code).toBe('BODY_MALFORMED');
    expect(error.found).toContain(found);
    expect(JSON.stringify(error) + String(error.cause)).not.toContain('s3cret');
  });

  test('a name such as __proto__ is a value like any other', () => {
    expect(Object.hasOwn(parse('{"__proto__":{"x":1}}') as object, '__proto__')).toBe(true);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});
