import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FerruleError } from '../../src/errors.ts';
import { renderFieldTemplate } from '../../src/spectral/compile/render-field-template.ts';

/** Renders, or says that it refuses to; anything else is a failure. */
function attempt(template: string, values: Record<string, string>): string | undefined {
  try {
    return renderFieldTemplate(template, name => values[name] ?? '', '');
  } catch (error) {
    if (error instanceof FerruleError && error.code === 'VALUE_REFUSED') return undefined;
    throw error;
  }
}

const anything = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'ab.:/?#@\\%[]&= \t\r\n{}') }),
);

it('no value of a template moves a URL to another host, path or parameter, or it is refused', () => {
  fc.assert(
    fc.property(anything, anything, anything, (a, b, c) => {
      const text = attempt('https://{{#a}}.acme.example/t/{{#b}}/x?y={{#c}}&z=1', { a, b, c });
      if (text === undefined) return;
      const url = new URL(text);
      expect(url.hostname.endsWith('.acme.example')).toBe(true);
      expect([url.username, url.password, url.port, url.hash]).toEqual(['', '', '', '']);
      expect(url.pathname.split('/')).toHaveLength(4);
      expect([...url.searchParams.keys()]).toEqual(['y', 'z']);
      expect(url.searchParams.get('y')).toBe(c.toWellFormed());
    }),
    { numRuns: 500 },
  );
});
