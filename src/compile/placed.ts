/** A part of the definition together with its place in the author's document. */
export interface Placed<Definition> {
  readonly definition: Definition;
  readonly pointer: string;
}
