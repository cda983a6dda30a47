import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../src/base/redactor.ts';
import { SecretValue } from '../../src/base/secret-value.ts';

function redactorOf(...secrets: readonly string[]): Redactor {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.addText(secret);
  return redactor;
}

const toHex = (text: string) => [...Buffer.from(text)].map(byte => `%${byte.toString(16).padStart(2, '0')}`);

/** Each way in which a secret may stand in a request, an answer, a log or a file. */
const encodings: Readonly<Record<string, (text: string) => string>> = {
  'as it is': text => text,
  JSON: text => JSON.stringify(text).slice(1, -1),
  'JSON with escaped slashes': text => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  'JSON in ASCII': text =>
    JSON.stringify(text)
      .slice(1, -1)
      .replaceAll(
        /[<>&'\u007f-\uffff]/g,
        unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`,
      ),
  'a path segment': encodeURIComponent,
  'a query': text =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, found => `%${found.charCodeAt(0).toString(16)}`),
  'a form': text => new URLSearchParams([['', text]]).toString().slice(1),
  'a URL as its parser leaves it': text =>
    new URL(`https://a.test/?-${text.replaceAll('#', '%23')}-`).search.slice(2, -1),
  'every byte percent-encoded, letters aside': text =>
    [...text].map(each => (/[a-z0-9]/i.test(each) ? each : toHex(each).join(''))).join(''),
  HTML: text =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
  XML: text => text.replaceAll(/[&<>"']/g, found => `&#x${found.charCodeAt(0).toString(16).toUpperCase()};`),
  'the bytes of a header': text => Buffer.from(text).toString('latin1'),
};

const secrets = fc
  .string({ unit: 'binary', minLength: 4, maxLength: 40 })
  .filter(text => text.isWellFormed() && !/[\t\n\r]/.test(text));

describe('a redactor', () => {
  it.each(Object.keys(encodings))('leaves no secret in a text that holds it in this form: %s', name => {
    const encode = encodings[name] ?? String;
    fc.assert(
      fc.property(secrets, fc.constantFrom('', 'token=', '"', '&x=1', ' and '), (secret, around) => {
        const redacted = redactorOf(secret).redact(around + encode(secret) + around);
        expect(redacted).toContain('[secret]');
        expect(redacted.replaceAll('[secret]', '')).toBe(
          encodings[name] === undefined ? '' : around + around,
        );
      }),
      {
        seed: 7,
        numRuns: 150,
        examples: [
          ["p@ss w'rd (1)*", ''],
          ['ünï/cødé+&<>"~', '"'],
        ],
      },
    );
  });

  it.each(['base64', 'base64url'] as const)('leaves no secret in the %s of a text around it', encoding => {
    const around = fc.string({ maxLength: 5 });
    fc.assert(
      fc.property(
        secrets.filter(text => Buffer.byteLength(text) >= 8),
        around,
        around,
        (secret, head, tail) => {
          const redacted = redactorOf(secret).redact(Buffer.from(head + secret + tail).toString(encoding));
          expect(redacted).toContain('[secret]');
          const [left = '', right = ''] = redacted.split('[secret]');
          // A character at either edge holds some bits of the secret and some of its neighbour.
          expect(left.length).toBeLessThanOrEqual(Math.ceil((Buffer.byteLength(head) * 8) / 6));
          expect(right.length).toBeLessThanOrEqual(Math.ceil((Buffer.byteLength(tail) * 8) / 6) + 4);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it('masks the longer of two secrets that begin alike', () => {
    expect(redactorOf('abc', 'abcdef').redact('abcdef abc')).toBe('[secret] [secret]');
  });

  it('takes a secret for text, not for a pattern', () => {
    const redactor = redactorOf('a.c$(|)[x]{2}\\^*+?');
    expect(redactor.redact('abc a.c$(|)[x]{2}\\^*+? x')).toBe('abc [secret] x');
  });

  it('leaves short texts alone, which would occur everywhere by chance', () => {
    expect(redactorOf('ab').redact('about')).toBe('about');
  });

  it('changes nothing while it knows no secret', () => {
    expect(new Redactor().redact('anything')).toBe('anything');
    expect(new Redactor().finds('anything')).toBe(false);
  });

  it('tells whether a secret occurs', () => {
    const redactor = redactorOf('hunter22');
    expect(redactor.finds('password=hunter22')).toBe(true);
    expect(redactor.finds('password=hunter23')).toBe(false);
  });

  it('masks strings and keys of data at any depth, and leaves everything else', () => {
    const bytes = new Uint8Array(3);
    const shared = { list: ['x hunter22', 1, true, null, undefined], hunter22: { b: 'hunter22' }, bytes };
    expect(redactorOf('hunter22').redactDeep(shared)).toEqual({
      list: ['x [secret]', 1, true, null, undefined],
      '[secret]': { b: '[secret]' },
      bytes: '[3 bytes]',
    });
    expect(shared.list[0]).toBe('x hunter22');
  });

  it('ends on data that contains itself', () => {
    const cyclic: Record<string, unknown> = { text: 'hunter22' };
    cyclic['self'] = cyclic;
    expect(JSON.stringify(redactorOf('hunter22').redactDeep(cyclic))).not.toContain('hunter22');
  });

  it('forgets old tokens, but never a secret it was told to keep', () => {
    const redactor = new Redactor();
    redactor.keep(new SecretValue('the client secret'));
    for (let nth = 0; nth < 600; nth += 1) redactor.addText(`token-number-${nth}.`);
    expect(redactor.redact('the client secret, token-number-599., token-number-0.')).toBe(
      '[secret], [secret], token-number-0.',
    );
  });

  it('keeps working with as many long tokens as it remembers', () => {
    const redactor = new Redactor();
    const tokens = Array.from({ length: 512 }, (_, nth) => `${nth}.${'x+/='.repeat(500)}`);
    for (const token of tokens) redactor.addText(token);
    expect(redactor.redact(`a ${tokens[0]} b ${tokens[511]}`)).toBe('a [secret] b [secret]');
  });
});
