/** Which addresses may be reached. */
export interface EgressPolicy {
  /** Equal keys mean equal policies. */
  readonly key: string;
}
