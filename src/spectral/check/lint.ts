import type { Issue } from '../../errors.ts';
import { namesInTags, unknownTag } from '../compile/field-tags.ts';
import { type InputFacts, inputFactsOf } from '../compile/input-facts.ts';
import type { ConnectionDefinition } from '../connection-definition.ts';
import { organizationOf } from './organization-of.ts';

/** What works, but probably not as it was meant. */
export interface Finding extends Issue {
  readonly rule:
    | 'blanks'
    | 'placeholder'
    | 'secret-in-the-open'
    | 'hidden-without-default'
    | 'unknown-input'
    | 'foreign-endpoint'
    | 'clean-never-runs'
    | 'unknown-key'
    | 'no-effect';
}

/**
 * What connections of real connectors get wrong, at once. Values that may be secrets are not repeated.
 * @param pointer JSON pointer of the connection in the author's code
 */
export function lintConnection(definition: ConnectionDefinition, pointer = ''): readonly Finding[] {
  const inputs = inputFactsOf(definition);
  const unknown = Object.keys(definition).filter(key => !CONNECTION_KEYS.has(key));
  return [
    ...unknown.map(key => finding('unknown-key', `${pointer}/${key}`, `Nobody reads "${key}"`)),
    ...inputs.flatMap(input => lintInput(input, inputs, `${pointer}/inputs/${input.name}`)),
    ...foreignEndpoints(inputs, pointer),
    ...withoutEffect(definition, pointer),
  ];
}

function lintInput(input: InputFacts, inputs: readonly InputFacts[], pointer: string): readonly Finding[] {
  const { name, templateValue, defaultValue, secret, shown, onPremControlled } = input;
  const texts = [templateValue, defaultValue].filter(text => typeof text === 'string');
  const found: Finding[] = [];
  const report = (rule: Finding['rule'], message: string, expected?: string) =>
    found.push(finding(rule, pointer, message, expected));
  if (texts.some(text => text !== text.trim())) {
    report('blanks', `The value of "${name}" begins or ends in a blank`, 'the value without it');
  }
  if (texts.some(text => PLACEHOLDER.test(text.replaceAll(TAG, '')))) {
    report('placeholder', `The value of "${name}" has a placeholder in it`, 'a value, a template or none');
  }
  if (!secret && templateValue === undefined && isSecretLike(input)) {
    report('secret-in-the-open', `"${name}" looks like a secret and is shown`, 'the type password');
  }
  if (!shown && templateValue === undefined && defaultValue === undefined && !onPremControlled) {
    report('hidden-without-default', `"${name}" is hidden and has no value`, 'a default, or shown: true');
  }
  if (typeof input.input.clean === 'function') {
    report('clean-never-runs', `The function clean of "${name}" never runs: connections are not cleaned`);
  }
  for (const key of Object.keys(input.input)) {
    if (!INPUT_KEYS.has(key))
      found.push(finding('unknown-key', `${pointer}/${key}`, `Nobody reads "${key}"`));
  }
  const plain = inputs.filter(each => each.templateValue === undefined).map(each => each.name);
  for (const tag of namesInTags(templateValue ?? '')) {
    if (!plain.includes(tag)) found.push({ rule: 'unknown-input', ...unknownTag(tag, plain, pointer) });
  }
  return found;
}

const ENDPOINTS = ['authorizeUrl', 'tokenUrl', 'refreshUrl', 'revokeUrl'];

/** A code or a secret that goes to another organization than the browser went to is a mistake, or a theft. */
function foreignEndpoints(inputs: readonly InputFacts[], pointer: string): readonly Finding[] {
  const known = inputs
    .filter(({ name }) => ENDPOINTS.includes(name))
    .flatMap(({ name, templateValue, defaultValue }) => {
      const organization = organizationOf(String(templateValue ?? defaultValue ?? ''));
      return organization === undefined ? [] : [{ name, organization }];
    });
  const [first, ...others] = known;
  return others
    .filter(({ organization }) => organization !== first?.organization)
    .map(({ name, organization }) =>
      finding(
        'foreign-endpoint',
        `${pointer}/inputs/${name}`,
        `"${name}" and "${first?.name}" belong to different organizations`,
        first?.organization,
        organization,
      ),
    );
}

/** Of a person's consent the code itself is the grant, and the refresh tokens after it have one of their own. */
function withoutEffect(definition: ConnectionDefinition, pointer: string): readonly Finding[] {
  const config = 'oauth2Config' in definition ? definition.oauth2Config : undefined;
  if (definition.oauth2Type !== 'authorization_code' || config?.overrideGrantType === undefined) return [];
  const place = `${pointer}/oauth2Config/overrideGrantType`;
  return [finding('no-effect', place, 'The grant type of an authorization code is not overridden')];
}

const TAG = /\{\{\s*#[^{}]*\}\}/g;

/** `<ACCOUNT_ID>`, `YOUR-DOMAIN`, `{tenant}`, `[REGION]`, `xxxx`. */
const PLACEHOLDER =
  /<[A-Za-z][\w -]*>|\byour[-_ ]?[a-z]+|\bmy[-_]?(domain|tenant|company|instance)\b|\$?\{[A-Za-z]\w*\}|\[[A-Z][A-Z_ -]+\]|x{4,}|\bchange[-_ ]?me\b/i;

const SECRET =
  /(secret|passw(or)?d|passphrase|api ?key|private ?key|credential|access ?token|api ?token|auth ?token)/i;
const NO_SECRET =
  /(url|uri|endpoint|host|name|type|id|header|prefix|scheme|scope|method|expir\w*|lifetime|algorithm|location|path)$/i;

function isSecretLike({ name, type }: InputFacts): boolean {
  if (type !== 'string' && type !== 'text' && type !== 'data') return false;
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll(/[_-]+/g, ' ');
  return (SECRET.test(words) || /^token$/i.test(name)) && !NO_SECRET.test(words);
}

const CONNECTION_KEYS = new Set([
  ...['key', 'display', 'label', 'comments', 'iconPath', 'inputs', 'apply'],
  ...['oauth2Type', 'oauth2Config', 'oauth2PkceMethod'],
]);

const INPUT_KEYS = new Set([
  ...['label', 'type', 'placeholder', 'comments', 'example', 'required', 'default', 'model', 'collection'],
  ...['clean', 'dataSource', 'language', 'templateValue', 'shown', 'writeOnly', 'onPremControlled'],
  ...['permissionAndVisibilityType', 'visibleToOrgDeployer', 'key', 'inputType'],
]);

function finding(
  rule: Finding['rule'],
  pointer: string,
  message: string,
  expected?: string,
  found?: string,
): Finding {
  return {
    rule,
    code: rule === 'unknown-key' ? 'DEFINITION_UNKNOWN_FIELD' : 'DEFINITION_WRONG_VALUE',
    pointer,
    message,
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
  };
}
