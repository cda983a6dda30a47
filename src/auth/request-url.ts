/** The parts of a request's URL as they are sent: nothing is decoded or normalised. */
export interface UrlParts {
  /** `https` or `http`. */
  readonly scheme: string;
  readonly origin: string;
  /** Host, and port unless it is the scheme's own: the value of the Host header. */
  readonly host: string;
  /** Begins with a slash. */
  readonly path: string;
  /** Without the question mark; `''` when there is none. */
  readonly query: string;
}

/** Signatures cover the bytes on the wire, so a URL is cut here and never parsed: parsing would rewrite it. */
export function splitUrl(url: string): UrlParts {
  const schemeEnd = url.indexOf('://');
  const pathAt = url.indexOf('/', schemeEnd + 3);
  const origin = pathAt === -1 ? url : url.slice(0, pathAt);
  const target = pathAt === -1 ? '/' : url.slice(pathAt);
  const queryAt = target.indexOf('?');
  return {
    scheme: url.slice(0, schemeEnd),
    origin,
    host: origin.slice(schemeEnd + 3),
    path: queryAt === -1 ? target : target.slice(0, queryAt),
    query: queryAt === -1 ? '' : target.slice(queryAt + 1),
  };
}

/** The URL with other parameters. */
export function withQuery(url: string, query: string): string {
  const { origin, path } = splitUrl(url);
  return query === '' ? origin + path : `${origin}${path}?${query}`;
}

/** Name and value of each parameter as they stand in a query, encoded. */
export function splitQuery(query: string): readonly (readonly [name: string, value: string])[] {
  return query
    .split('&')
    .filter(pair => pair !== '')
    .map(pair => {
      const equalsAt = pair.indexOf('=');
      return equalsAt === -1 ? [pair, ''] : [pair.slice(0, equalsAt), pair.slice(equalsAt + 1)];
    });
}

/** `%41` -> `A`; text that is no valid encoding stays as it is. A plus sign stays a plus sign. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign: the server will see what is sent, so that is what counts.
    return text;
  }
}
