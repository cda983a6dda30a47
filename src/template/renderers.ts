import type { DynamicPart, Part } from './compile-nodes.ts';
import type { ValueReader } from './compile-template.ts';
import type { Frame } from './section-lookup.ts';

// The functions that a plan keeps are made here, each by itself: a closure keeps everything that any closure of the
// function it was made in uses, and what only the compiler needs would then live as long as the connection.

/** Gives a text back unchanged. */
export const asItIs = (text: string): string => text;

/** Gives the same text always. */
export function constantly(text: string): () => string {
  return () => text;
}

/** Renders a part. `finish` has the last word. */
export function toRender<Scope>(
  part: DynamicPart<Scope>,
  finish: (text: string) => string,
): (scope: Scope) => string {
  return finish === asItIs ? part : scope => finish(part(scope));
}

/** Tells whether there is no value; `read` is left out for what is never absent. */
export function toAbsence<Scope>(read: ValueReader<Scope> | undefined): (scope: Scope) => boolean {
  return read === undefined ? neverAbsent : scope => (read(scope) ?? undefined) === undefined;
}

/** Reads a value and writes it. */
export function toWriter<Scope>(
  read: (scope: Scope, frame?: Frame) => unknown,
  write: (value: unknown) => string,
): DynamicPart<Scope> {
  return (scope, frame) => write(read(scope, frame));
}

/** Renders parts one after the other. */
export function toSequence<Scope>(parts: readonly Part<Scope>[]): DynamicPart<Scope> {
  return (scope, frame) => {
    let rendered = '';
    for (const part of parts) rendered += typeof part === 'string' ? part : part(scope, frame);
    return rendered;
  };
}

/** Joins what two parts render. */
export function toPair<Scope>(
  first: Part<Scope>,
  second: Part<Scope>,
  join: (first: string, second: string) => string,
): DynamicPart<Scope> {
  if (typeof first !== 'string') {
    const renderSecond = toDynamic(second);
    return (scope, frame) => join(first(scope, frame), renderSecond(scope, frame));
  }
  const renderSecond = toDynamic(second);
  return (scope, frame) => join(first, renderSecond(scope, frame));
}

export function toDynamic<Scope>(part: Part<Scope>): DynamicPart<Scope> {
  return typeof part === 'string' ? constantly(part) : part;
}

const neverAbsent = () => false;
