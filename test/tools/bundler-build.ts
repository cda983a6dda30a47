import type { Plugin } from 'rolldown';
import { build, type OutputChunk } from 'rolldown';
import { bundledValibot } from './bundled-valibot.ts';

/**
 * The entries once more, for bundlers: they do not follow what is required by path, and make one file of all anyway. So
 * nothing is loaded late here but the libraries, by a plain `require` that every bundler follows and leaves for its time.
 * `package.json` gives them these by the condition "module", which Node does not know.
 */
export async function buildForBundlers(
  root: string,
  entries: Readonly<Record<string, string>>,
): Promise<readonly Pick<OutputChunk, 'fileName' | 'code'>[]> {
  const { output } = await build({
    cwd: root,
    input: { ...entries },
    platform: 'node',
    external: id => /^[^./]/.test(id) && id !== 'valibot',
    plugins: [bundledValibot, plainRequire],
    write: false,
    output: {
      format: 'cjs',
      exports: 'named',
      entryFileNames: 'bundled/[name].cjs',
      chunkFileNames: 'bundled/chunks/[name].cjs',
    },
  });
  const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk');
  return [...chunks, ...chunks.filter(({ isEntry }) => isEntry).map(toModule)];
}

/** The entry as a module, which is what the condition promises. */
function toModule({ fileName, exports }: OutputChunk): Pick<OutputChunk, 'fileName' | 'code'> {
  const file = fileName.split('/').at(-1);
  const code = `import bundled from './${file}';\nexport const { ${exports.join(', ')} } = bundled;\n`;
  return { fileName: fileName.replace(/cjs$/, 'js'), code };
}

/** Where a file of a bundle stands is not known, and no other file of the package is beside it. */
const NOWHERE = JSON.stringify('file:///C:/bundled/ferrule.js');

const plainRequire: Plugin = {
  name: 'plain-require',
  transform(code) {
    if (!code.includes('import.meta.url')) return null;
    const plain = code
      .replace(/^import \{ createRequire \} from 'node:module';$/m, '')
      .replaceAll('createRequire(import.meta.url)(', 'require(')
      .replaceAll('import.meta.url', NOWHERE);
    if (plain.includes('createRequire'))
      throw new TypeError(`a library is loaded in a way that is not known here`);
    return { code: plain, moduleType: 'ts' };
  },
};
