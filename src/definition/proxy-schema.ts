import { fields, filledText, isObject, judgedBy, refusal } from './schema-kit.ts';
import { valibot } from './valibot.ts';

/** By which way requests leave: through a proxy, or over a UNIX socket. */
export function createRouteSchemas() {
  const v = valibot();
  const proxy = fields({
    url: filledText(),
    username: v.exactOptional(v.nullable(v.string())),
    password: v.exactOptional(v.nullable(v.string())),
    noProxy: v.exactOptional(v.array(filledText())),
    caCert: v.exactOptional(v.nullable(filledText())),
  });
  const url = filledText();
  const urlOrProxy = judgedBy(v.union([url, proxy]), input => {
    if (typeof input === 'string') return url;
    return isObject(input) ? proxy : refusal('wrong_type', 'the URL of a proxy or an object');
  });
  return {
    proxy: v.exactOptional(v.nullable(urlOrProxy)),
    socketPath: v.exactOptional(v.nullable(filledText())),
  };
}
