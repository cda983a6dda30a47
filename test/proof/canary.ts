/** A secret that looks different in every encoding it may travel in. */
export const CANARY = `c4n+ry/42"<&>'=~ tail`;

/** Longer than any real text between two delimiters; keeps decoding quick on large dumps. */
const MAX_RUN = 4096;

/**
 * Whether the canary stands in `text`: as it is, or percent-, form-, JSON-, HTML-, base64- or base64url-encoded, at any
 * alignment. It decodes what it is given, so it knows nothing of how Ferrule masks.
 */
export function holdsCanary(text: string, canary = CANARY): boolean {
  const json = text.replaceAll(/\\u([0-9a-f]{4})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const plain = [
    text,
    percentDecoded(text),
    percentDecoded(text.replaceAll('+', ' ')),
    unescaped(json),
    unescaped(unescaped(json)),
    htmlDecoded(text),
  ];
  return plain.some(each => each.includes(canary)) || base64Runs(text).some(each => each.includes(canary));
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(["'`\\/])/g, '$1');
}

function percentDecoded(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function htmlDecoded(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text
    .replaceAll(/&#x0*([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replaceAll(/&#0*(\d+);/g, (_, decimal: string) => String.fromCodePoint(Number(decimal)))
    .replaceAll(/&([a-z]+);/g, (whole, name: string) => named[name] ?? whole);
}

function base64Runs(text: string): readonly string[] {
  const runs = text.match(/[A-Za-z0-9+/_-]{12,}/g) ?? [];
  return runs.flatMap(run =>
    [0, 1, 2, 3].flatMap(offset => {
      const decoded = Buffer.from(run.slice(offset, offset + MAX_RUN), 'base64').toString('latin1');
      // Client credentials are form-encoded first (RFC 6749 section 2.3.1).
      return [decoded, percentDecoded(decoded.replaceAll('+', ' '))];
    }),
  );
}
