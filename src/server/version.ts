import { version } from '../index.ts';

/** As Integrator tells it. A package has no build of its own, so its number is the version too. */
export function readVersion(): {
  readonly version: string;
  readonly buildNumber: string;
  readonly buildDate: string;
} {
  return { version, buildNumber: version, buildDate: '' };
}
