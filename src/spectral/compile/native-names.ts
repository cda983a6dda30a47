import type { Issue } from '../../errors.ts';
import { parseFieldTags, unknownTag } from './field-tags.ts';
import type { InputFacts } from './input-facts.ts';

/** What the tags of a connection mean, and what of the token answer and of the callback they need. */
export interface NativeNames {
  /** The same text with Ferrule's tags. Unknown names become issues. */
  toNative(text: string, pointer: string): string;
  /** True when a text with Ferrule's tags has a secret in it, or something of the token answer. */
  usesSecret(native: string): boolean;
  /** Members of the token answer that tags have named, such as `instance_url`. */
  readonly tokenMembers: ReadonlySet<string>;
  /** Parameters of the callback that tags have named. */
  readonly callbackParameters: ReadonlySet<string>;
  readonly issues: readonly Issue[];
}

/** The name of the tag that stands for a member of the token answer. */
export const tokenMemberTag = (member: string) => `token.${member}`;

/**
 * Tags of fields as Ferrule's tags. An input of type `template` is written out, so that each value in it is escaped for the
 * place where it finally stands.
 */
export function createNativeNames(inputs: readonly InputFacts[], fetchesToken: boolean): NativeNames {
  const byName = new Map(inputs.map(input => [input.name, input]));
  const tokenMembers = new Set<string>();
  const callbackParameters = new Set<string>();
  const issues: Issue[] = [];

  const toTag = (name: string, pointer: string, inTemplate: boolean): string => {
    if (fetchesToken && !inTemplate) {
      const member = /^token\.(.+)$/.exec(name)?.[1];
      const parameter = /^context\.(.+)$/.exec(name)?.[1];
      if (name === 'token') return '<<token>>';
      if (member !== undefined) {
        tokenMembers.add(member);
        return `<<${tokenMemberTag(member)}>>`;
      }
      if (parameter !== undefined) {
        callbackParameters.add(parameter);
        return `<<${parameter}>>`;
      }
    }
    const input = byName.get(name);
    if (input === undefined || (inTemplate && input.templateValue !== undefined)) {
      issues.push(unknownTag(name, byName.keys(), pointer));
      return '';
    }
    return input.templateValue === undefined ? `<<${name}>>` : write(input.templateValue, pointer, true);
  };
  const write = (text: string, pointer: string, inTemplate: boolean): string =>
    parseFieldTags(text)
      .map(piece => ('literal' in piece ? piece.literal : toTag(piece.name, pointer, inTemplate)))
      .join('');

  return {
    toNative: (text, pointer) => write(text, pointer, false),
    usesSecret: native =>
      [...native.matchAll(/<<([^<>]+)>>/g)].some(([, name = '']) =>
        byName.has(name) ? byName.get(name)?.secret === true : /^token(\.|$)/.test(name),
      ),
    tokenMembers,
    callbackParameters,
    issues,
  };
}
