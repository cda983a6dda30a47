import { fastPaths } from '../base/fast-paths.ts';
import { compileBaseUrl, compilePathNodes } from './base-url.ts';
import { type CompiledNodes, compileNodes, type DynamicPart, type Part } from './compile-nodes.ts';
import type { TagReference, TagResolver } from './compile-template.ts';
import { parseTemplate, type TemplateDiagnostic, type TemplateNode } from './parse-template.ts';
import { relativeReferenceLexer } from './relative-reference.ts';
import { asItIs, constantly, toPair, toRender } from './renderers.ts';
import { type TemplateSource, templateError } from './text-position.ts';
import { joinUrl } from './url-rules.ts';

const SLASH = 0x2f;

export interface UrlTemplateOptions<Scope> extends TagResolver<Scope> {
  readonly baseUrl: TemplateSource;
  readonly path: TemplateSource;
  /** Has the last word on the origin of each URL, and leaves what stands behind it as it is. */
  readonly finish?: (url: string) => string;
}

/** A base URL and a path, ready to be rendered any number of times. Frozen; holds no values. */
export interface CompiledUrl<Scope> {
  /** Those of the base URL first. */
  readonly references: readonly TagReference[];
  readonly isConstant: boolean;
  readonly diagnostics: readonly TemplateDiagnostic[];
  /**
   * An absolute http or https URL without user info and fragment. Whatever the values, it keeps its host (unless the
   * host itself is made of values), its segments and its query parameters.
   * Throws VALUE_REFUSED, PARAMETER_INVALID and, when the value of a tag should be a whole URL and is not, URL_INVALID.
   */
  render(scope: Scope): string;
}

/** Compiles base URL and path. Throws TEMPLATE_SYNTAX, TEMPLATE_PLACE and URL_INVALID. */
export function compileUrlTemplate<Scope>(options: UrlTemplateOptions<Scope>): CompiledUrl<Scope> {
  const { baseUrl, path, tags, finish = asItIs } = options;
  const parsedBase = parseTemplate(baseUrl, tags);
  const parsedPath = parseTemplate(path, tags);
  const base = compileBaseUrl(baseUrl, parsedBase.nodes, options);
  const rest = compilePath(path, parsedPath.nodes, options);
  const constant =
    typeof base.part === 'string' && typeof rest.part === 'string'
      ? finish(joinUrl(base.part, rest.part))
      : undefined;
  return Object.freeze({
    references: Object.freeze([...base.references, ...rest.references]),
    isConstant: constant !== undefined,
    diagnostics: [...parsedBase.diagnostics, ...parsedPath.diagnostics],
    render: constant === undefined ? toUrlRender(base.part, rest.part, finish) : constantly(constant),
  });
}

function toUrlRender<Scope>(
  base: Part<Scope>,
  path: Part<Scope>,
  finish: (url: string) => string,
): (scope: Scope) => string {
  const render = toRender(toPair(base, path, joinUrl), finish);
  if (!fastPaths || typeof base !== 'string' || typeof path === 'string' || base.includes('?')) return render;
  return toRenderBelow(finish(joinUrl(base, '/')).slice(0, -1), path, found => finish(joinUrl(base, found)));
}

/** Where only the path has tags, the start of the URL is known, and a path that begins as it should is added to it. */
function toRenderBelow<Scope>(
  start: string,
  renderPath: DynamicPart<Scope>,
  join: (path: string) => string,
): (scope: Scope) => string {
  return scope => {
    const path = renderPath(scope);
    return path.charCodeAt(0) === SLASH && path.charCodeAt(1) !== SLASH ? start + path : join(path);
  };
}

function compilePath<Scope>(
  source: TemplateSource,
  nodes: readonly TemplateNode[],
  options: TagResolver<Scope>,
): CompiledNodes<Scope> {
  if (/^\s*[a-z][a-z\d+.-]*:\/\//i.test(source.text)) {
    throw templateError('TEMPLATE_PLACE', 'The path is a whole URL', source, 0, {
      expected: 'the path only; the rest belongs into baseUrl',
    });
  }
  const [only] = nodes;
  const isOneTag = nodes.length === 1 && (only?.kind === 'value' || only?.kind === 'raw');
  return isOneTag
    ? compileNodes(source, nodes, relativeReferenceLexer, options)
    : compilePathNodes(source, nodes, options);
}
