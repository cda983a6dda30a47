import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { separateCredentials } from '../../src/compile/credentials.ts';
import { parseConnection, toWholeDocument } from '../../src/index.ts';
import {
  credentialsOf,
  maskCredentials,
  restoreCredentials,
} from '../../src/server/documents/credential-places.ts';
import { connectionDocuments } from '../definition/documents.ts';

/** What the engine itself takes for a credential that is written out in the definition. */
function writtenOut(document: unknown): readonly string[] {
  const { definition } = parseConnection(document);
  const { secrets } = separateCredentials(definition);
  return [...secrets].flatMap(([name, value]) =>
    name.startsWith('config.') && value !== null ? [value.reveal()] : [],
  );
}

describe('the places of credentials', () => {
  it('are all that the engine takes for one, in any kind of authentication', () => {
    let seen = 0;
    fc.assert(
      fc.property(connectionDocuments(), document => {
        const { config } = toWholeDocument(parseConnection(document).definition);
        const known = credentialsOf(config);
        const wanted = writtenOut(document);
        seen += wanted.length;
        expect(wanted.filter(text => !known.includes(text))).toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect(seen).toBeGreaterThan(50);
  });

  it('are empty in what is shown, and filled again when that is written back', () => {
    fc.assert(
      fc.property(connectionDocuments(), document => {
        const { config } = toWholeDocument(parseConnection(document).definition);
        const shown = maskCredentials(config);
        expect(credentialsOf(shown)).toEqual([]);
        expect(restoreCredentials(shown, config)).toEqual(config);
      }),
      { numRuns: 200 },
    );
  });
});
