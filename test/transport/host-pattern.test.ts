import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesHost, parseHostPattern } from '../../src/transport/egress/host-pattern.ts';

function matches(pattern: string, url: string): boolean | undefined {
  const parsed = parseHostPattern(pattern);
  return parsed && matchesHost(parsed, new URL(url));
}

describe('a host pattern', () => {
  it.each([
    ['api.example.com', 'https://api.example.com/v1'],
    ['API.Example.COM', 'https://api.example.com./'],
    ['api.example.com.', 'https://API.example.com/'],
    ['api.example.com', 'https://api.example.com:8443/'],
    ['api.example.com:443', 'https://api.example.com/'],
    ['api.example.com:80', 'http://api.example.com/'],
    ['*.example.com', 'https://a.example.com/'],
    ['*.example.com', 'https://a.b.example.com/'],
    ['*.example.com:8443', 'https://a.example.com:8443/'],
    ['bücher.example', 'https://xn--bcher-kva.example/'],
    ['*.BÜCHER.example', 'https://shop.bücher.example/'],
    ['127.0.0.1', 'http://0x7f.1/'],
    ['0x7f.1', 'http://127.0.0.1/'],
    ['[::1]:8080', 'http://[0:0:0:0:0:0:0:1]:8080/'],
    ['fd00::0:1', 'http://[FD00::1]/'],
  ])('%s is met by %s', (pattern, url) => {
    expect(matches(pattern, url)).toBe(true);
  });

  it.each([
    ['api.example.com', 'https://api.example.com.evil.test/'],
    ['api.example.com', 'https://xapi.example.com/'],
    ['api.example.com', 'https://example.com/'],
    ['*.example.com', 'https://example.com/'],
    ['*.example.com', 'https://.example.com/'],
    ['*.example.com', 'https://badexample.com/'],
    ['*.example.com', 'https://a.example.com.evil.test/'],
    ['api.example.com:443', 'http://api.example.com/'],
    ['api.example.com:8443', 'https://api.example.com/'],
    ['127.0.0.1', 'http://127.0.0.2/'],
    ['127.0.0.1', 'http://127.0.0.1.nip.test/'],
  ])('%s is not met by %s', (pattern, url) => {
    expect(matches(pattern, url)).toBe(false);
  });

  it.each([
    '',
    '*',
    '*.',
    '**.example.com',
    'a.*.example.com',
    '*.10.0.0.1',
    '*.[::1]',
    'https://api.example.com',
    'api.example.com/v1',
    'user@api.example.com',
    'api.example.com:0',
    'api.example.com:65536',
    'api.example.com:',
    'api%2eexample.com',
    'a b',
    '10.0.0.0/8',
    '[::1',
    '::1%eth0',
  ])('cannot be read from %j', text => {
    expect(parseHostPattern(text)).toBeUndefined();
  });

  it('agrees with a comparison label by label, whatever the spelling', () => {
    const label = fc.constantFrom('a', 'B', 'api', 'example', 'ü', 'com', 'x-1');
    const labels = fc.array(label, { minLength: 1, maxLength: 4 });
    const dot = fc.constantFrom('', '.');
    const port = fc.constantFrom(undefined, 80, 443, 8443);
    const scheme = fc.constantFrom('http', 'https');
    fc.assert(
      fc.property(labels, fc.boolean(), port, dot, labels, dot, port, scheme, (...given) => {
        const [bound, isBelow, boundPort, end, asked, askedEnd, askedPort, protocol] = given;
        const pattern = `${isBelow ? '*.' : ''}${bound.join('.')}${end}${boundPort === undefined ? '' : `:${boundPort}`}`;
        const host = asked.join('.') + askedEnd;
        const url = `${protocol}://${host}${askedPort === undefined ? '' : `:${askedPort}`}/`;
        const effective = askedPort ?? (protocol === 'https' ? 443 : 80);
        const samePort = boundPort === undefined || boundPort === effective;
        expect(matches(pattern, url)).toBe(samePort && sameLabels(bound, asked, isBelow));
      }),
      { numRuns: 500 },
    );
  });
});

/** From the right, one label after the other; a wildcard stands for one label or more. */
function sameLabels(bound: readonly string[], asked: readonly string[], isBelow: boolean): boolean {
  const [patternLabels, hostLabels] = [bound, asked].map(labels =>
    domainToASCII(labels.join('.')).split('.').toReversed(),
  );
  const more = (hostLabels?.length ?? 0) - (patternLabels?.length ?? 0);
  const tail = patternLabels?.every((label, index) => label === hostLabels?.[index]) === true;
  return tail && (isBelow ? more >= 1 : more === 0);
}
