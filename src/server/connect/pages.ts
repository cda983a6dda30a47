import { createHash } from 'node:crypto';

/** A page for a person who stands before a browser: a heading and sentences, all of them text. */
export interface Page {
  readonly status: number;
  readonly title: string;
  readonly sentences: readonly string[];
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;margin:15vh auto;max-width:32rem;padding:0 1.5rem;color:#1d2129;background:#fff}' +
  'h1{font-size:1.5rem}p{overflow-wrap:anywhere}' +
  '@media(prefers-color-scheme:dark){body{color:#e6e8eb;background:#16181d}}';

/** The page as an answer. It has no script, loads nothing and cannot be framed. */
export function toPage({ status, title, sentences }: Page): Response {
  const style = createHash('sha256').update(STYLE).digest('base64');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${sentences.map(sentence => `<p>${escapeHtml(sentence)}</p>`).join('\n')}
</main>
</body>
</html>
`;
  return new Response(html, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    },
  });
}

/** Text that stands in an element or an attribute, whatever is in it. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
