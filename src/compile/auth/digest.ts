import type { DigestDefinition } from '../../definition/auth/digest.ts';
import type { Placed } from '../placed.ts';
import type { TemplateCompiler } from '../template-compiler.ts';
import type { TextPlan } from '../text-plan.ts';

export interface DigestPlan {
  readonly authType: 'digest';
  readonly pointer: string;
  readonly username: TextPlan;
  readonly password: TextPlan;
}

export function compileDigest(
  { definition, pointer }: Placed<DigestDefinition>,
  compiler: TemplateCompiler,
): DigestPlan {
  return {
    authType: 'digest',
    pointer,
    username: compiler.text(definition.username, 'text', `${pointer}/username`),
    password: compiler.text(definition.password ?? '', 'text', `${pointer}/password`),
  };
}
