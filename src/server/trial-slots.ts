import { FerruleError } from '../index.ts';

/** How much one caller may have tried at once, so that the others do not wait for it long. */
const MAX_TRIALS = 4;

/** The slots of each caller for what the server does itself. */
export class TrialSlots {
  readonly #taken = new Map<string, number>();

  /** Takes a slot of the caller; the returned function gives it back, once. @throws FerruleError SERVER_BUSY */
  take(principalId: string): () => void {
    const taken = this.#taken.get(principalId) ?? 0;
    if (taken >= MAX_TRIALS) {
      throw new FerruleError('SERVER_BUSY', 'The caller has as much tried at once as it may', {
        details: { value: MAX_TRIALS },
      });
    }
    this.#taken.set(principalId, taken + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#taken.get(principalId) ?? 1) - 1;
      if (left === 0) this.#taken.delete(principalId);
      else this.#taken.set(principalId, left);
    };
  }
}
