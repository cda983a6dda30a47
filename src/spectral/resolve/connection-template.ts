/** Pre-fills fields of a connection. Once published it never changes, and whoever uses a version keeps it. */
export interface ConnectionTemplate {
  readonly name: string;
  /** Key of the connection whose fields it fills. */
  readonly connection: string;
  /** From 1. */
  readonly version: number;
  /** Filled fields, which customers neither see nor set. Fields that are left out stay open. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * A draft as the next version of its name among those published so far: a frozen copy. A draft that says what the latest
 * version says is that version.
 */
export function publishTemplate(
  draft: Omit<ConnectionTemplate, 'version'>,
  published: readonly ConnectionTemplate[] = [],
): ConnectionTemplate {
  const latest = findTemplate(published, draft.name);
  if (latest !== undefined && isSame(latest, draft)) return latest;
  const { name, connection, fields } = draft;
  const version = (latest?.version ?? 0) + 1;
  return freezeDeep(structuredClone({ name, connection, version, fields }));
}

/** A version of a template; the latest when none is named. */
export function findTemplate(
  published: readonly ConnectionTemplate[],
  name: string,
  version?: number,
): ConnectionTemplate | undefined {
  const named = published.filter(template => template.name === name);
  if (version !== undefined) return named.find(template => template.version === version);
  return named.toSorted((one, other) => other.version - one.version)[0];
}

function isSame(published: ConnectionTemplate, draft: Omit<ConnectionTemplate, 'version'>): boolean {
  const text = ({ connection, fields }: Omit<ConnectionTemplate, 'version'>) =>
    JSON.stringify([connection, Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1))]);
  return text(published) === text(draft);
}

function freezeDeep<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) freezeDeep(member);
  return Object.freeze(value);
}
