/**
 * Which place of the author's document a place of the definition came from. Only what an older spelling moved is
 * recorded; every other pointer is the same on both sides.
 */
export class SourcePointers {
  /** Made when something moved: connections keep this, and in most nothing has. */
  #sources: Map<string, string> | undefined;

  /** Records that `pointer` of the definition was written at `source`. Outer places come before inner ones. */
  move(pointer: string, source: string): void {
    if (pointer === source) return;
    this.#sources ??= new Map();
    this.#sources.set(pointer, source);
  }

  /** The author's pointer: that of the nearest enclosing place that moved, with the rest appended. */
  toSource(pointer: string): string {
    if (this.#sources === undefined) return pointer;
    for (let end = pointer.length; end > 0; end = pointer.lastIndexOf('/', end - 1)) {
      const source = this.#sources.get(pointer.slice(0, end));
      if (source !== undefined) return source + pointer.slice(end);
    }
    return pointer;
  }
}
