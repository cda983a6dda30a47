#!/usr/bin/env node
/**
 * The command. This file has no imports, so that an old Node can read it and say what is wrong, instead of failing
 * on the first piece of newer syntax it meets elsewhere.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 19)) {
  void import('./main.ts').then(({ main }) => main(process.argv.slice(2)));
} else {
  process.stderr.write(
    `Ferrule needs Node.js 22.19 or newer; this is Node.js ${process.versions.node}.\n` +
      'Install a newer version (https://nodejs.org), or start ferrule with one that is installed beside it.\n',
  );
  process.exitCode = 1;
}
