import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from '../package/packed-package.ts';

/** One page of the documentation, taken apart. */
export interface Page {
  /** From the root of the repository: `docs/errors.md`. */
  readonly path: string;
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  readonly anchors: ReadonlySet<string>;
}

/** A fenced block. Its info string is the language and, after it, flags: `json fragment`. */
export interface Block {
  readonly language: string;
  readonly flags: readonly string[];
  readonly text: string;
  /** `docs/quick-start.md:12`, for messages. */
  readonly place: string;
}

export interface Link {
  readonly target: string;
  readonly place: string;
}

/** README, CHANGELOG and everything under docs/. */
export function readPages(): readonly Page[] {
  const paths = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: root })];
  return paths.sort().map(path => readPage(path));
}

export function readPage(path: string): Page {
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  const blocks: Block[] = [];
  const prose: string[] = [];
  let open: { readonly info: string; readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, line] of lines.entries()) {
    const fence = /^\s*```(.*)$/.exec(line);
    if (open === undefined) {
      if (fence === null) prose[index] = line;
      else open = { info: fence[1] ?? '', line: index + 1, lines: [] };
    } else if (fence === null) open.lines.push(line);
    else {
      const [language = '', ...flags] = open.info.trim().split(/\s+/);
      blocks.push({ language, flags, text: open.lines.join('\n'), place: `${path}:${open.line}` });
      open = undefined;
    }
  }
  if (open !== undefined) throw new TypeError(`${path}:${open.line}: the block is not closed`);
  return { path, blocks, links: linksOf(prose, path), anchors: anchorsOf(prose) };
}

function linksOf(prose: readonly string[], path: string): readonly Link[] {
  return prose.flatMap((line, index) =>
    [...withoutCode(line).matchAll(/\]\(([^)\s]+)\)/g)].map(match => ({
      target: match[1] ?? '',
      place: `${path}:${index + 1}`,
    })),
  );
}

function withoutCode(line: string): string {
  return line.replaceAll(/`[^`]*`/g, '``');
}

/** As GitHub makes them: lower case, punctuation gone, spaces as hyphens. */
function anchorsOf(prose: readonly string[]): ReadonlySet<string> {
  const headings = prose.flatMap(line => /^#+ (.+)$/.exec(line)?.[1] ?? []);
  return new Set(
    headings.map(heading =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** What is wrong with a link, or undefined. Addresses of the web are not visited. */
export function problemOf(link: Link, pages: readonly Page[]): string | undefined {
  if (/^https?:\/\//.test(link.target)) return undefined;
  const from = link.place.slice(0, link.place.lastIndexOf(':'));
  const [file = '', anchor] = link.target.split('#');
  const path = file === '' ? from : relative(root, join(root, dirname(from), file));
  if (!existsSync(join(root, path))) return `${link.place}: there is no ${path}`;
  if (anchor === undefined) return undefined;
  const known = pages.find(page => page.path === path)?.anchors.has(anchor);
  return known ? undefined : `${link.place}: ${path} has no heading #${anchor}`;
}
