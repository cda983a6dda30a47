import type { CompiledTemplate } from '../template/compile-template.ts';
import type { CompiledUrl } from '../template/url-template.ts';
import type { HeaderPair } from '../transport/transport.ts';
import type { RenderScope } from './render-scope.ts';

/** A compiled template of this connection: what rendering needs of it, and nothing of what compiling needed. */
export interface TextPlan extends Pick<CompiledTemplate<RenderScope>, 'source' | 'render' | 'isAbsent'> {
  readonly usesSecret: boolean;
  /** JSON pointer of the template; undefined when it has no tags. */
  readonly pointer: string | undefined;
}

export interface UrlPlan extends Pick<CompiledUrl<RenderScope>, 'render'> {
  readonly usesSecret: boolean;
  /** True when values take part in the host. */
  readonly hasHostTags: boolean;
  /** The names of query parameters, written out in the URL, whose value is a secret. */
  readonly secretQueryNames: readonly string[];
}

/** A header: one that is the same for every call is kept as it is sent. */
export interface HeaderPlan extends FieldPlan {
  readonly constant?: HeaderPair;
}

/** A named text: a header, a query parameter, a form field. */
export interface FieldPlan {
  readonly name: string;
  readonly text: TextPlan;
}
