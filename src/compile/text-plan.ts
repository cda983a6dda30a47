import type { CompiledTemplate } from '../template/compile-template.ts';
import type { CompiledUrl } from '../template/url-template.ts';
import type { RenderScope } from './render-scope.ts';

/** A compiled template of this connection. */
export interface TextPlan extends CompiledTemplate<RenderScope> {
  readonly usesSecret: boolean;
}

export interface UrlPlan extends CompiledUrl<RenderScope> {
  readonly usesSecret: boolean;
}

/** A named text: a header, a query parameter, a form field. */
export interface FieldPlan {
  readonly name: string;
  readonly text: TextPlan;
}
