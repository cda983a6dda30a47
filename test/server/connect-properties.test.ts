import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FerruleError } from '../../src/index.ts';
import { readCookie, toSetCookie } from '../../src/server/connect/browser-session.ts';
import { toAccountPrompt } from '../../src/server/connect/connect-request.ts';
import { toPage } from '../../src/server/connect/pages.ts';
import { readReturnUrl, toReturnUrl } from '../../src/server/connect/return-url.ts';

const RUNS = { numRuns: 300 };
const ORIGINS = ['https://app.example.com', 'http://localhost:3000'];

/** Texts that look like URLs of an allowed origin, and are often something else. */
const nearUrls = fc
  .tuple(
    fc.constantFrom('https:', 'http:', 'HTTPS:', 'javascript:', 'data:', '', 'https'),
    fc.constantFrom('//', '/\\', '\\\\', '/', '///', '//\t', ''),
    fc.constantFrom('', 'a@', 'a:b@', 'app.example.com@', '%61pp.'),
    fc.constantFrom(
      'app.example.com',
      'APP.example.com',
      'app.example.com.',
      'app.example.com.evil.example',
      'evil.example',
      'localhost',
    ),
    fc.constantFrom('', ':443', ':3000', ':8443', ':'),
    fc.constantFrom('', '/', '/x?y=1', '#z', '?status=connected&error=no', '\\@evil.example'),
  )
  .map(parts => parts.join(''));

describe('a URL that browsers are sent to afterwards', () => {
  it('has an origin that is listed, or is refused, whatever it looks like', () => {
    let passed = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: nearUrls }, fc.string()), text => {
        let url: URL;
        try {
          url = new URL(
            toReturnUrl(readReturnUrl(text, ORIGINS), {
              connectionId: 'id',
              status: 'failed',
              error: 'CODE',
            }),
          );
        } catch (error) {
          if (!(error instanceof FerruleError)) throw error;
          expect([error.code, error.pointer]).toEqual(['REQUEST_INVALID', '/returnUrl']);
          return;
        }
        passed += 1;
        expect(ORIGINS).toContain(url.origin);
        expect([url.username, url.password, url.hash]).toEqual(['', '', '']);
        for (const [name, value] of [
          ['connectionId', 'id'],
          ['status', 'failed'],
          ['error', 'CODE'],
        ] as const) {
          expect(url.searchParams.getAll(name)).toEqual([value]);
        }
      }),
      { ...RUNS, examples: [['https://app.example.com/x?y=1'], ['http://localhost:3000']] },
    );
    expect(passed).toBeGreaterThanOrEqual(2);
  });
});

describe('a page', () => {
  it('holds no markup of what it tells', async () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'a', '/', '\n') }), {
      maxLength: 4,
    });
    const empty = await toPage({ status: 200, title: '', sentences: [] }).text();
    const tags = (html: string) => html.match(/<[^>]*>/g) ?? [];
    await fc.assert(
      fc.asyncProperty(texts, async sentences => {
        const html = await toPage({ status: 200, title: sentences[0] ?? '', sentences }).text();
        expect(tags(html).filter(tag => !/^<\/?p>$/.test(tag))).toEqual(tags(empty));
        expect(tags(html)).toHaveLength(tags(empty).length + 2 * sentences.length);
      }),
      RUNS,
    );
  });
});

describe('the cookie of a browser', () => {
  it('is found among any others, and only under its own state', () => {
    const name = fc.stringMatching(/^[a-z-]{1,12}$/);
    const value = fc.stringMatching(/^[\w-]{43}$/);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, fc.string())),
        value,
        fc.string(),
        fc.boolean(),
        (others, own, state, secure) => {
          const set = toSetCookie({ state, secure }, own, 600_000).split(';')[0];
          const header = [...others.map(pair => pair.join('=').replaceAll(';', '')), set].join('; ');
          expect(readCookie(header, { state, secure })).toBe(own);
          expect(readCookie(header, { state: `${state}x`, secure })).toBeUndefined();
          expect(readCookie(header, { state, secure: !secure })).toBeUndefined();
        },
      ),
      RUNS,
    );
    expect(readCookie(null, { state: 's', secure: true })).toBeUndefined();
  });
});

describe('the prompt for another account', () => {
  it.each([
    [null, 'login'],
    ['consent', 'consent login'],
    ['none', 'login'],
    ['login consent', 'login consent'],
    ['select_account', 'select_account login'],
  ])('adds to %s what makes the person prove who they are', (own, expected) => {
    expect(toAccountPrompt(own)).toBe(expected);
  });
});
