import { readForm } from '../auth/oidc-server.ts';

/** What a browser does, by plain HTTP: keeps cookies, follows redirects, fills in the forms of login and consent. */
export interface Browser {
  /** Opens a URL and goes on until a page without a form is there, or until it would open one that `stopAt` begins. */
  open(url: string, options?: OpenOptions): Promise<Visited>;
  readonly cookies: ReadonlyMap<string, string>;
  /** Every Set-Cookie line that came. */
  readonly cookieLines: readonly string[];
  /** The names in forms that were filled in. */
  readonly filled: readonly string[];
}

export interface OpenOptions {
  readonly stopAt?: string;
  /** What to type, by the name of the field. */
  readonly fill?: Readonly<Record<string, string>>;
}

export interface Visited {
  /** Where the browser is, or would have gone. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly page: string;
}

/** All hosts of a test are one loopback address, so there is one jar; cookies do not know ports (RFC 6265 section 8.5). */
export function createBrowser(): Browser {
  const cookies = new Map<string, string>();
  const cookieLines: string[] = [];
  const filled: string[] = [];

  const keep = (line: string) => {
    cookieLines.push(line);
    const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
    if (value === '' || /max-age=0/i.test(line)) cookies.delete(name);
    else cookies.set(name, value);
  };

  const request = async (url: string, form: URLSearchParams | undefined): Promise<Visited> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    });
    for (const line of response.headers.getSetCookie()) keep(line);
    return { url, status: response.status, headers: response.headers, page: await response.text() };
  };

  return {
    cookies,
    cookieLines,
    filled,
    async open(url, { stopAt, fill = {} } = {}) {
      let next = { url, form: undefined as URLSearchParams | undefined };
      for (let steps = 0; steps < 30; steps++) {
        const visited = await request(next.url, next.form);
        const location = visited.headers.get('location');
        if (location !== null) {
          const target = new URL(location, next.url).href;
          if (stopAt !== undefined && target.startsWith(stopAt)) return { ...visited, url: target };
          next = { url: target, form: undefined };
          continue;
        }
        const form = readForm(visited.page, next.url, fill);
        if (form === undefined) return visited;
        filled.push(...form.form.keys());
        next = form;
      }
      throw new TypeError('the browser never came to an end');
    },
  };
}
