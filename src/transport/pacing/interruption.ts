import { FerruleError } from '../../errors/ferrule-error.ts';
import { toAbortError } from '../bodies/incoming-body.ts';

/** What ends a wait before its time. */
export interface Interruptions {
  /** The caller's. */
  readonly signal?: AbortSignal | undefined;
  /** Fires when the engine closes. */
  readonly closing?: AbortSignal | undefined;
}

/** ABORTED or ENGINE_CLOSED when there is no reason to wait any more. */
export function interruptionOf({ signal, closing }: Interruptions): FerruleError | undefined {
  if (signal?.aborted) return toAbortError(signal);
  if (closing?.aborted) return new FerruleError('ENGINE_CLOSED', 'the engine was closed', { stage: 'send' });
  return undefined;
}

/** Tells of an interruption that is yet to come. The result stops the watch. */
export function watchInterruptions(
  interruptions: Interruptions,
  onInterruption: (error: FerruleError) => void,
): () => void {
  const { signal, closing } = interruptions;
  const stop = () => {
    signal?.removeEventListener('abort', tell);
    closing?.removeEventListener('abort', tell);
  };
  const tell = () => {
    stop();
    const error = interruptionOf(interruptions);
    if (error !== undefined) onInterruption(error);
  };
  signal?.addEventListener('abort', tell);
  closing?.addEventListener('abort', tell);
  return stop;
}
