import { FerruleError, type Issue } from '../index.ts';
import { isLoopbackHost } from './loopback.ts';
import { type SettingKind, type SettingName, settingsTable } from './settings-table.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads single settings and gathers what is wrong with them. An empty variable is one that is not set. */
export class SettingsReader {
  readonly #environment: Environment;
  readonly #issues: Issue[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
    for (const name of Object.keys(environment)) {
      if (name.startsWith('FERRULE_') && !Object.hasOwn(settingsTable, name) && environment[name]) {
        this.#issues.push({
          code: 'SETTINGS_INVALID',
          pointer: `/${name}`,
          message: 'There is no such setting',
          expected: 'a setting that docs/server.md lists',
          ...withNearest(name),
        });
      }
    }
  }

  text(name: SettingName): string | undefined {
    const text = this.#environment[name]?.trim();
    return text === undefined || text === '' ? undefined : text;
  }

  list(name: SettingName): readonly string[] | undefined {
    return this.text(name)
      ?.split(',')
      .map(each => each.trim())
      .filter(each => each !== '');
  }

  boolean(name: SettingName): boolean | undefined {
    const text = this.text(name);
    if (text === undefined || text === 'true' || text === 'false')
      return text === undefined ? text : text === 'true';
    this.complain(name, 'true or false', `"${text}"`);
    return undefined;
  }

  /** A whole number; 0 only for a port. */
  number(name: SettingName): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const [least, most] = boundsOf(settingsTable[name].kind);
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.complain(name, `a whole number from ${least} to ${most}`, `"${text}"`);
    return undefined;
  }

  /** An https URL; http where nothing leaves this machine. */
  url(name: SettingName): string | undefined {
    const text = this.text(name);
    if (text === undefined || toSafeUrl(text) !== undefined) return text;
    this.complain(
      name,
      'an https URL (http for this machine only)',
      URL.canParse(text) ? `${new URL(text).protocol}//` : 'no URL',
    );
    return undefined;
  }

  /** Origins of such URLs, each in its one spelling. */
  origins(name: SettingName): readonly string[] | undefined {
    return this.list(name)?.flatMap(text => {
      const url = toSafeUrl(text);
      if (url !== undefined && url.pathname === '/' && url.search === '' && url.hash === '')
        return [url.origin];
      this.complain(name, 'origins like https://app.example.com (http for this machine only)', `"${text}"`);
      return [];
    });
  }

  oneOf<Word extends string>(name: SettingName, words: readonly Word[]): Word | undefined {
    const text = this.text(name);
    const word = words.find(each => each === text);
    if (text !== undefined && word === undefined) this.complain(name, words.join(', '), `"${text}"`);
    return word;
  }

  complain(name: SettingName, expected: string, found: string): void {
    const message = 'The setting cannot be used';
    this.#issues.push({ code: 'SETTINGS_INVALID', pointer: `/${name}`, message, expected, found });
  }

  /** Throws what was found, or returns when there is nothing. */
  finish(): void {
    if (this.#issues.length === 0) return;
    throw new FerruleError('SETTINGS_INVALID', 'The server cannot start with these settings', {
      issues: this.#issues,
    });
  }
}

function toSafeUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return undefined;
  const isPlain = url.protocol === 'http:' && isLoopbackHost(url.hostname.replace(/^\[|\]$/g, ''));
  return url.protocol === 'https:' || isPlain ? url : undefined;
}

function withNearest(name: string): { readonly suggestion?: string } {
  const words = new Set(name.split('_'));
  const shared = (other: string) => other.split('_').filter(word => words.has(word)).length;
  const nearest = Object.keys(settingsTable).toSorted((a, b) => shared(b) - shared(a))[0];
  return nearest !== undefined && shared(nearest) > 1 ? { suggestion: nearest } : {};
}

function boundsOf(kind: SettingKind): readonly [least: number, most: number] {
  if (kind === 'port') return [0, 65_535];
  return [1, kind === 'percent' ? 100 : 2 ** 31 - 1];
}
