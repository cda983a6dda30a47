import type { GenericSchema } from 'valibot';
import { once } from '../base/once.ts';
import { fields, isObject, judgedBy, mapOf, oneOf, oneOfMany, refusal } from './schema-kit.ts';
import { valibot } from './valibot.ts';

/** Every spelling of a body. `bodyType` decides; without it, the one field that names the body does. */
export function createBodySchema() {
  const v = valibot();
  const form = once(() => mapOf(v.string()));
  const parts = once(() => v.array(createPartSchema()));
  const typed = {
    raw: once(() => fields({ bodyType: oneOf(['raw']), raw: v.unknown() })),
    www_form_urlencoded: once(() => fields({ bodyType: oneOf(['www_form_urlencoded']), form: form() })),
    multipart_form: once(() => fields({ bodyType: oneOf(['multipart_form']), parts: parts() })),
    json: once(() => fields({ bodyType: oneOf(['json']), json: v.unknown() })),
    binary: once(() =>
      fields({
        bodyType: oneOf(['binary']),
        binary: v.string(),
        contentType: v.exactOptional(v.string()),
      }),
    ),
  };
  const untyped = {
    raw: once(() => fields({ raw: v.unknown() })),
    form: once(() => fields({ form: form() })),
    parts: once(() => fields({ parts: parts() })),
  };
  const text = once(() => v.string());
  const nothing = once(() => v.null());
  const typeIsWrong = () => v.object({ bodyType: oneOf(Object.keys(typed)) });
  const options = [...Object.values(typed), ...Object.values(untyped), text, nothing];
  return oneOfMany(options, (input): GenericSchema => {
    if (input === null) return nothing();
    if (typeof input === 'string') return text();
    if (!isObject(input)) return refusal('wrong_type', 'an object with bodyType, a string or null');
    if (Object.hasOwn(input, 'bodyType')) return pick(typed, input['bodyType']) ?? typeIsWrong();
    const [name] = Object.keys(untyped).filter(name => Object.hasOwn(input, name));
    return pick(untyped, name) ?? typeIsWrong();
  });
}

function pick(
  schemas: Readonly<Record<string, () => GenericSchema>>,
  name: unknown,
): GenericSchema | undefined {
  return typeof name === 'string' && Object.hasOwn(schemas, name) ? schemas[name]?.() : undefined;
}

/** Integrator lets a part carry further fields, so they are no error here either. */
function createPartSchema() {
  const v = valibot();
  const schema = v.looseObject({
    name: v.string(),
    content: v.string(),
    contentType: v.exactOptional(v.string()),
    fileName: v.exactOptional(v.string()),
  });
  return judgedBy(schema, input => (isObject(input) ? schema : refusal('wrong_type', 'an object')));
}
