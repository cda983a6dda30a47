import { FerruleError } from '../errors/ferrule-error.ts';
import { type CompiledNodes, compileNodes, type DynamicPart, type PlaceLexer } from './compile-nodes.ts';
import type { TagReference, TagResolver } from './compile-template.ts';
import type { TemplateNode } from './parse-template.ts';
import { createPathLexer, finishPath } from './path-lexer.ts';
import { completeStaticPath, completeStaticQuery } from './percent-encoding.ts';
import { toDynamic, toPair } from './renderers.ts';
import { type TemplateSource, templateError } from './text-position.ts';
import { AUTHORITY_CHARACTERS, findBaseUrlProblem, isAuthority } from './url-rules.ts';
import { refusedValue, refusedValues } from './value-errors.ts';
import { assertWellFormed, toSingleText } from './value-text.ts';

/**
 * Compiles a base URL. Where it has tags it takes one of two forms: a tag whose value is a whole URL, with or without
 * more path behind it, or `scheme://host:port/path` with tags anywhere.
 */
export function compileBaseUrl<Scope>(
  source: TemplateSource,
  nodes: readonly TemplateNode[],
  resolver: TagResolver<Scope>,
): CompiledNodes<Scope> {
  if (nodes.every(node => node.kind === 'text')) return { part: toConstant(source), references: [] };
  const [first, second] = nodes;
  const beginsPath = second === undefined || (second.kind === 'text' && /^[/?]/.test(second.text));
  if (first?.kind === 'value' || first?.kind === 'raw') {
    if (beginsPath) return compileUrlTag(source, nodes, resolver);
  }
  return compileUrlParts(source, nodes, resolver);
}

function toConstant(source: TemplateSource): string {
  const problem = findBaseUrlProblem(source.text);
  if (problem === undefined) return completeUrl(source.text);
  throw new FerruleError('URL_INVALID', `The base URL ${problem}`, {
    stage: 'compile',
    pointer: source.pointer,
    expected: 'an absolute URL such as https://api.example.com/v1',
  });
}

function compileUrlTag<Scope>(
  source: TemplateSource,
  [first, ...others]: readonly TemplateNode[],
  resolver: TagResolver<Scope>,
): CompiledNodes<Scope> {
  const lexer = createUrlLexer(others.length > 0);
  const url = compileNodes(source, first === undefined ? [] : [first], lexer, resolver);
  const rest = compilePathNodes(source, others, resolver);
  return {
    part: toPair(url.part, rest.part, (start, end) => start + end),
    references: [...url.references, ...rest.references],
  };
}

function createUrlLexer(isFollowed: boolean): PlaceLexer {
  return {
    place: 'host',
    text: text => text,
    escape: tag => value => {
      const text = assertWellFormed(toSingleText(value, tag), tag);
      const problem =
        findBaseUrlProblem(text) ??
        (isFollowed && text.includes('?') ? 'contains a query, but more path follows' : undefined);
      if (problem !== undefined) {
        throw new FerruleError('URL_INVALID', `The value of "${tag.name}" ${problem}`, {
          stage: 'render',
          pointer: tag.pointer,
          expected: 'an absolute http or https URL',
        });
      }
      return completeUrl(isFollowed ? text.replace(/\/$/, '') : text);
    },
    enterSection: () => () => {},
  };
}

function compileUrlParts<Scope>(
  source: TemplateSource,
  nodes: readonly TemplateNode[],
  resolver: TagResolver<Scope>,
): CompiledNodes<Scope> {
  const schemeEnd = splitNodes(nodes, /:\/\//);
  if (schemeEnd === undefined) {
    throw templateError('URL_INVALID', 'The base URL names no scheme', source, 0, {
      expected: 'http:// or https://, or a tag whose value is a whole URL',
    });
  }
  const hostEnd = splitNodes(dropPrefix(schemeEnd.after, 3), /[/?#\\]/);
  const hostNodes = hostEnd?.before ?? dropPrefix(schemeEnd.after, 3);
  const scheme = compileNodes(source, schemeEnd.before, createSchemeLexer(source), resolver);
  const host = compileNodes(source, hostNodes, createHostLexer(source), resolver);
  const rest = compilePathNodes(source, hostEnd?.after ?? [], resolver);
  const [renderScheme, renderRest] = [toDynamic(scheme.part), toDynamic(rest.part)];
  const renderHost = toCheckedHost(host, source);
  return {
    part: (scope, frame) =>
      `${renderScheme(scope, frame)}://${renderHost(scope, frame)}${renderRest(scope, frame)}`,
    references: [...scheme.references, ...host.references, ...rest.references],
  };
}

/** A path behind a host or a URL, or a path of its own. */
export function compilePathNodes<Scope>(
  source: TemplateSource,
  nodes: readonly TemplateNode[],
  resolver: TagResolver<Scope>,
): CompiledNodes<Scope> {
  const lexer = createPathLexer(source);
  const { part, references } = compileNodes(source, nodes, lexer, resolver);
  // A copy, which has no room to grow.
  const tags = lexer.segmentTags.slice();
  return { part: typeof part === 'string' ? finishPath(part, tags) : toPath(part, tags), references };
}

/** By itself, so that the plan does not keep the lexer. */
function toPath<Scope>(part: DynamicPart<Scope>, tags: readonly TagReference[]): DynamicPart<Scope> {
  return (scope, frame) => finishPath(part(scope, frame), tags);
}

function createSchemeLexer(source: TemplateSource): PlaceLexer {
  return {
    place: 'host',
    text(text, offset) {
      if (/^https?$/i.test(text)) return text;
      throw templateError('URL_INVALID', 'The base URL has a scheme that cannot be used', source, offset, {
        expected: 'http:// or https://, or a tag in front of ://',
      });
    },
    escape: tag => value => {
      const text = toSingleText(value, tag);
      if (/^https?$/i.test(text)) return text;
      throw refusedValue(tag, 'is not a scheme that can be used: only http and https can');
    },
    enterSection: () => () => {},
  };
}

function createHostLexer(source: TemplateSource): PlaceLexer {
  return {
    place: 'host',
    text(text, offset) {
      if (AUTHORITY_CHARACTERS.test(text)) return text;
      const problem = text.includes('@')
        ? 'The base URL contains a user name or password; put them into auth'
        : 'The host contains a character that no host has';
      throw templateError('URL_INVALID', problem, source, offset);
    },
    escape: tag => value => {
      const text = assertWellFormed(toSingleText(value, tag), tag);
      if (text === '') throw refusedValue(tag, 'is empty and would leave an incomplete host');
      if (AUTHORITY_CHARACTERS.test(text)) return text;
      throw refusedValue(tag, 'contains a character that no host has');
    },
    enterSection: () => () => {},
  };
}

/** Values that are harmless one by one can still spoil the host together. */
function toCheckedHost<Scope>(host: CompiledNodes<Scope>, source: TemplateSource): DynamicPart<Scope> {
  const render = toDynamic(host.part);
  if (typeof host.part === 'string') {
    if (!isAuthority(host.part))
      throw templateError('URL_INVALID', 'The base URL names no valid host', source, 0);
    return render;
  }
  return (scope, frame) => {
    const authority = render(scope, frame);
    if (isAuthority(authority)) return authority;
    throw refusedValues(host.references, 'leave no valid host');
  };
}

function completeUrl(url: string): string {
  const queryAt = url.indexOf('?');
  if (queryAt === -1) return completeStaticPath(url);
  return completeStaticPath(url.slice(0, queryAt)) + completeStaticQuery(url.slice(queryAt));
}

interface Split {
  readonly before: readonly TemplateNode[];
  /** Begins with the text that was looked for. */
  readonly after: readonly TemplateNode[];
}

/** Cuts the nodes where the pattern first matches in text that is in no section. */
function splitNodes(nodes: readonly TemplateNode[], pattern: RegExp): Split | undefined {
  for (const [index, node] of nodes.entries()) {
    const at = node.kind === 'text' ? node.text.search(pattern) : -1;
    if (node.kind !== 'text' || at === -1) continue;
    const head = { ...node, text: node.text.slice(0, at) };
    const tail = { ...node, text: node.text.slice(at), offset: node.offset + at };
    return {
      before: [...nodes.slice(0, index), ...(at === 0 ? [] : [head])],
      after: [tail, ...nodes.slice(index + 1)],
    };
  }
  return undefined;
}

function dropPrefix(nodes: readonly TemplateNode[], length: number): readonly TemplateNode[] {
  const [first, ...others] = nodes;
  if (first?.kind !== 'text') return nodes;
  if (first.text.length === length) return others;
  return [{ ...first, text: first.text.slice(length), offset: first.offset + length }, ...others];
}
