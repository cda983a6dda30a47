import type { AwsSignatureV4Definition } from '../../definition/auth/aws-signature-v4.ts';
import type { Placed } from '../placed.ts';
import type { TemplateCompiler } from '../template-compiler.ts';
import type { TextPlan } from '../text-plan.ts';

export interface AwsSignatureV4Plan {
  readonly authType: 'aws_signature_v4';
  readonly pointer: string;
  readonly accessKeyId: TextPlan;
  readonly secretAccessKey: TextPlan;
  readonly sessionToken: TextPlan | null;
  readonly region: TextPlan;
  readonly service: TextPlan;
}

export function compileAwsSignatureV4(
  { definition, pointer }: Placed<AwsSignatureV4Definition>,
  compiler: TemplateCompiler,
): AwsSignatureV4Plan {
  const { accessKeyId, secretAccessKey, sessionToken, region, service } = definition;
  return {
    authType: 'aws_signature_v4',
    pointer,
    accessKeyId: compiler.text(accessKeyId, 'header', `${pointer}/accessKeyId`),
    secretAccessKey: compiler.text(secretAccessKey ?? '', 'text', `${pointer}/secretAccessKey`),
    sessionToken:
      sessionToken === null ? null : compiler.text(sessionToken, 'header', `${pointer}/sessionToken`),
    region: compiler.text(region, 'header', `${pointer}/region`),
    service: compiler.text(service, 'header', `${pointer}/service`),
  };
}
