import { copyFileSync } from 'node:fs';
import type { Plugin } from 'rolldown';

/**
 * The build holds the tenth of valibot that schemas are made with: loading all of it took 5 ms of every process. The
 * sources ask for it when they need it; here it is imported, and what is not used falls away.
 */
export const bundledValibot: Plugin = {
  name: 'bundled-valibot',
  transform(code, id) {
    const imported = /^import \{ valibot \} from '.+';$/m;
    if (!imported.test(code)) return null;
    const named = code
      .replace(imported, "import * as v from 'valibot';")
      .replaceAll(/^ *const v = valibot\(\);\n/gm, '')
      .replaceAll('valibot()', 'v');
    if (named.includes('valibot('))
      throw new TypeError(`${id}: valibot is called in a way that is not known here`);
    return { code: named, moduleType: 'ts' };
  },
};

/** What its licence asks of a copy: that it stands beside. */
export function copyValibotLicence(root: string, dist: string): void {
  copyFileSync(`${root}/node_modules/valibot/LICENSE.md`, `${dist}/chunks/LICENSE-valibot.md`);
}
