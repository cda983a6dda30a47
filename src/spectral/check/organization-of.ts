/**
 * The part of a host that names an organization: `example.com` of `login.example.com`, `example.co.uk` of `a.example.co.uk`.
 * undefined where the text says none: it is no URL, an address, or a tag stands there. It need not know every public suffix: it
 * is compared with others of the same kind, and a warning is all that comes of it.
 */
export function organizationOf(text: string): string | undefined {
  const authority = /^\s*https?:\/\/([^/?#\s]*)/i.exec(text)?.[1] ?? '';
  const host = authority.replace(/:\d+$/, '').toLowerCase();
  if (host === '' || /^[\d.]+$|[[\]]/.test(host)) return undefined;
  const labels = host.split('.');
  const [top = '', second = ''] = labels.toReversed();
  const isTwoPart = top.length === 2 && SECOND_LEVELS.has(second);
  const organization = labels.slice(isTwoPart ? -3 : -2).join('.');
  return /[{}<>]/.test(organization) ? undefined : organization;
}

const SECOND_LEVELS = new Set(['co', 'com', 'org', 'net', 'gov', 'ac', 'edu', 'ne', 'or']);
