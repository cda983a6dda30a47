import { defaults } from './defaults.ts';
import type {
  BodyDefinition,
  BodyPartDefinition,
  HttpMethod,
  HttpOperationConfig,
  OperationDefinition,
} from './definition.ts';
import type {
  BodyInput,
  BodyPartInput,
  HttpMethodInput,
  HttpOperationConfigInput,
  OperationInput,
} from './definition-input.ts';
import type { SourcePointers } from './source-pointers.ts';

/** `pointer` is the operation's place in the definition: `''` for an operation that stands alone. */
export function toOperationDefinition(
  input: OperationInput,
  pointer: string,
  sources: SourcePointers,
): OperationDefinition {
  const { name, config, outputs = {}, inputs = {}, notes = null, documentationLink = '' } = input;
  return {
    name,
    config: toOperationConfig(config, `${pointer}/config`, sources),
    outputs,
    inputs,
    notes,
    documentationLink,
  };
}

export function toOperationConfig(
  input: HttpOperationConfigInput,
  pointer: string,
  sources: SourcePointers,
): HttpOperationConfig {
  return {
    configType: 'http',
    method: toMethod(input.method),
    path: input.path,
    params: input.params ?? {},
    headers: input.headers ?? {},
    body: toBody(input.body, `${pointer}/body`, sources),
    includeEmptyParams: input.includeEmptyParams ?? false,
    followRedirect: input.followRedirect ?? false,
    streamResponse: input.streamResponse ?? false,
  };
}

/** RFC 9110 section 9.1: methods are case-sensitive, so only the upper case travels. */
export function toMethod(method: HttpMethodInput): HttpMethod {
  return method.toUpperCase() as Uppercase<typeof method>;
}

export function toBody(
  input: BodyInput | undefined,
  pointer: string,
  sources: SourcePointers,
): BodyDefinition {
  if (input === undefined || input === null) return defaults.body;
  if (typeof input === 'string') {
    sources.move(`${pointer}/raw`, sources.toSource(pointer));
    return { bodyType: 'raw', raw: input };
  }
  if ('raw' in input) return { bodyType: 'raw', raw: input.raw };
  if ('form' in input) return { bodyType: 'www_form_urlencoded', form: input.form };
  if ('parts' in input) return { bodyType: 'multipart_form', parts: input.parts.map(toBodyPart) };
  return input;
}

/** Drops the fields that Integrator tolerates and nobody reads. */
function toBodyPart({ name, content, contentType, fileName }: BodyPartInput): BodyPartDefinition {
  return {
    name,
    content,
    ...(contentType === undefined ? {} : { contentType }),
    ...(fileName === undefined ? {} : { fileName }),
  };
}
