import type { Oauth1Definition } from '../../definition/auth/oauth1.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Placed } from '../placed.ts';
import type { TemplateCompiler } from '../template-compiler.ts';
import type { TextPlan } from '../text-plan.ts';

export interface Oauth1Plan extends Pick<Oauth1Definition, 'signatureMethod' | 'in' | 'bodyHash'> {
  readonly authType: 'oauth1';
  readonly pointer: string;
  readonly consumerKey: TextPlan;
  readonly consumerSecret: TextPlan;
  /** null: requests are signed for the client alone. */
  readonly token: TextPlan | null;
  readonly tokenSecret: TextPlan;
  readonly privateKey: TextPlan;
  readonly realm: TextPlan | null;
}

export function compileOauth1(
  { definition, pointer }: Placed<Oauth1Definition>,
  compiler: TemplateCompiler,
): Oauth1Plan {
  const { consumerSecret, token, tokenSecret, signatureMethod, privateKey, realm, bodyHash } = definition;
  const optional = (text: string | null, name: string) =>
    text === null ? null : compiler.text(text, 'text', `${pointer}/${name}`);
  compiler.issues.attempt(pointer, () => assertBodyHash(definition, pointer));
  return {
    authType: 'oauth1',
    pointer,
    signatureMethod,
    in: definition.in,
    bodyHash,
    consumerKey: compiler.text(definition.consumerKey, 'text', `${pointer}/consumerKey`),
    consumerSecret: compiler.text(consumerSecret ?? '', 'text', `${pointer}/consumerSecret`),
    token: optional(token, 'token'),
    tokenSecret: compiler.text(tokenSecret ?? '', 'text', `${pointer}/tokenSecret`),
    privateKey: compiler.text(privateKey ?? '', 'text', `${pointer}/privateKey`),
    realm: optional(realm, 'realm'),
  };
}

function assertBodyHash({ bodyHash, signatureMethod }: Oauth1Definition, pointer: string): void {
  if (!bodyHash || signatureMethod !== 'PLAINTEXT') return;
  throw new FerruleError('DEFINITION_WRONG_VALUE', 'PLAINTEXT signs nothing, so it cannot sign a body hash', {
    pointer: `${pointer}/bodyHash`,
    expected: 'false, or another signatureMethod',
  });
}
