import { globSync, readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import type { Plugin } from 'rolldown';

/**
 * Modules that a first plain call does not need, by the file of the build that they are read from when one of their
 * functions is first called. Reading all of them with the engine cost a process 5 ms of the 30 before its first call.
 *
 * The sources import them as they import anything; only the build puts a function of the same name in the place of each,
 * which requires the file and calls the real one. So they may export nothing but functions and types, and nothing that a
 * call goes through when it is warm.
 */
const patterns: Readonly<Record<string, readonly string[]>> = {
  signing: [
    'auth/api-key.ts',
    'auth/aws-signature-v4.ts',
    'auth/basic.ts',
    'auth/digest.ts',
    'auth/hmac.ts',
    'auth/oauth1.ts',
    'compile/auth/api-key.ts',
    'compile/auth/aws-signature-v4.ts',
    'compile/auth/digest.ts',
    'compile/auth/hmac.ts',
    'compile/auth/oauth1.ts',
    'compile/auth/signing-values.ts',
    'definition/auth/api-key.ts',
    'definition/auth/aws-signature-v4.ts',
    'definition/auth/digest.ts',
    'definition/auth/hmac.ts',
    'definition/auth/oauth1.ts',
  ],
  grants: [
    'auth/http-bearer-token.ts',
    'auth/oauth2/authorization-code.ts',
    'auth/oauth2/authorized-token.ts',
    'auth/oauth2/device-code.ts',
    'auth/oauth2/saml-assertion.ts',
    'auth/oauth2/server-metadata.ts',
    'auth/oauth2/token-actions.ts',
    'compile/auth/assertion.ts',
    'compile/auth/http-bearer-token.ts',
    'compile/auth/saml-assertion.ts',
    'definition/auth/oauth2.ts',
    'definition/auth/saml-assertion.ts',
    'definition/auth/token-requests.ts',
    'execute/authorization.ts',
  ],
  archive: [
    'definition/json-error-place.ts',
    'definition/to-export-document.ts',
    'execute/curl.ts',
    'execute/dry-run.ts',
    'execute/har.ts',
    'execute/har-token-exchange.ts',
    'execute/recorded-request.ts',
    'execute/replay-transport.ts',
    'execute/test-connection.ts',
    'execute/transform-answer.ts',
  ],
  streams: [
    'execute/reconnecting-stream.ts',
    'execute/stream-events.ts',
    'execute/stream-operation.ts',
    'transport/**/json-stream-reader.ts',
    'transport/**/sse-reader.ts',
  ],
  sending: [
    'transport/**/decompression.ts',
    'transport/**/rate-limit.ts',
    'transport/**/redirect-rules.ts',
    'transport/**/retries.ts',
    'transport/**/tracing.ts',
  ],
  routes: [
    'transport/**/http-tunnel.ts',
    'transport/**/proxy-bypass.ts',
    'transport/**/proxy-choice.ts',
    'transport/**/proxy-environment.ts',
    'transport/**/proxy-errors.ts',
    'transport/**/proxy-route.ts',
    'transport/**/proxy-server.ts',
    'transport/**/socks-tunnel.ts',
    'transport/**/unix-socket.ts',
  ],
  certificates: [
    'compile/client-certificate.ts',
    'transport/**/certificate-bundles.ts',
    'transport/**/certificates.ts',
    'transport/**/pinned-certificate.ts',
  ],
  bodies: [
    'expression/jsonata-expression.ts',
    'template/json-template.ts',
    'template/strict-json.ts',
    'template/xml-lexer.ts',
  ],
  problems: ['definition/definition-issues.ts', 'template/value-errors.ts'],
};

/** Names of modules that are written here. They look like paths, since anything else is taken for a package. */
const ENTRY = '/late-entry/';
const STAND_IN = '/late-stand-in/';
/** What a stand-in requires, until it is known where its file stands. */
const PLACE = 'late-place:';

/** The entries to build besides, and the plugin that puts stand-ins where the modules are imported. */
export function lateLoading(source: string): {
  readonly entries: Record<string, string>;
  readonly plugin: Plugin;
} {
  const names = Object.keys(patterns);
  const filesOf = new Map(names.map(name => [name, findFiles(source, patterns[name] ?? [])]));
  const lateOf = new Map([...filesOf].flatMap(([name, files]) => files.map(file => [file, name] as const)));
  const plugin: Plugin = {
    name: 'late-modules',
    async resolveId(id, importer, options) {
      if (id.startsWith(ENTRY)) return id;
      if (importer === undefined || importer.startsWith(ENTRY)) return null;
      const found = await this.resolve(id, importer, { ...options, skipSelf: true });
      const late = found === null ? undefined : lateOf.get(found.id);
      // Inside its own file, a module is at hand.
      return late === undefined || lateOf.get(importer) === late ? null : `${STAND_IN}${late}`;
    },
    load(id) {
      if (id.startsWith(ENTRY)) return writeEntry(filesOf.get(id.slice(ENTRY.length)) ?? []);
      if (!id.startsWith(STAND_IN)) return null;
      const late = id.slice(STAND_IN.length);
      return writeStandIn(late, filesOf.get(late) ?? []);
    },
  };
  return { entries: Object.fromEntries(names.map(name => [`chunks/late-${name}`, ENTRY + name])), plugin };
}

/** The code of a finished file, `fileName`, with what its stand-ins require. */
export function placeLateModules(code: string, fileName: string): string {
  return code.replaceAll(new RegExp(`${PLACE}(\\w+)`, 'g'), (_, name: string) => {
    const path = posix.relative(dirname(fileName), `chunks/late-${name}.js`);
    return path.startsWith('.') ? path : `./${path}`;
  });
}

function findFiles(source: string, wanted: readonly string[]): readonly string[] {
  return wanted.map(pattern => {
    const [file, ...others] = globSync(pattern, { cwd: source });
    if (file === undefined || others.length > 0)
      throw new TypeError(`${pattern} is to be one file of the sources`);
    return `${source}/${file}`;
  });
}

function writeEntry(files: readonly string[]): string {
  return files.map(file => `export { ${functionsOf(file).join(', ')} } from '${file}';`).join('\n');
}

function writeStandIn(late: string, files: readonly string[]): string {
  const functions = files
    .flatMap(functionsOf)
    .map(name => `export function ${name}(...given) {\n  return load().${name}(...given);\n}\n`);
  return `import { createRequire } from 'node:module';
let loaded;
function load() {
  loaded ??= createRequire(import.meta.url)('${PLACE}${late}');
  return loaded;
}
${functions.join('')}`;
}

function functionsOf(file: string): readonly string[] {
  const code = readFileSync(file, 'utf8');
  const exported = [...code.matchAll(/^export (?!type |interface )(?:async )?(\S+) (\w+)/gm)];
  const other = exported.find(([, kind]) => kind !== 'function' && kind !== 'function*');
  if (other !== undefined)
    throw new TypeError(`${file}: '${other[0]}' cannot be loaded late: it is no function`);
  return exported.map(([, , name = '']) => name);
}
