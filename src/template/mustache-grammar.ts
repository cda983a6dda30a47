import { createRequire } from 'node:module';
import type { default as mustache, TemplateSpans } from 'mustache';
import { once } from '../base/once.ts';

/** What the mustache package makes of a template: its sections nested, the lines of standalone sections stripped. */
export type MustacheTokens = TemplateSpans;

const load = once(() => createRequire(import.meta.url)('mustache') as typeof mustache);

/**
 * Parses with the mustache package, which is loaded at the first call. Each parse has a writer of its own, because a
 * shared one would keep every template it ever saw.
 */
export function parseMustache(template: string): MustacheTokens {
  const { Writer } = load();
  return new Writer().parse(template, ['{{', '}}']) as MustacheTokens;
}
